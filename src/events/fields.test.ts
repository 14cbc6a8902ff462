import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventFields } from './fields.ts'

test('docs/events.md lists every field with Cloudflare’s names for it', () => {
  const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')
  const cell = (name: string | undefined) => (name === undefined ? '' : `\`${name}\``)
  const rows = eventFields.map(
    ({ name, logpush, graphql, type }) =>
      `| ${cell(name)} | ${cell(logpush)} | ${cell(graphql)} | ${type === 'ip' ? 'address' : type} |`
  )
  expect(
    page.split('\n').filter((line) => /^\|.*\| (?:text|number|address|time|bucket) \|$/.test(line))
  ).toEqual(rows)
})
