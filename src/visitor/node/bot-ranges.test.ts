import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseIp } from '../../lists/ip.ts'
import { createBots } from '../bots/bots.ts'
import { readBotRanges } from './bot-ranges.ts'

const folder = mkdtempSync(join(tmpdir(), 'bot-ranges-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('lists from files replace the built-in ones', () => {
  const path = file('googlebot.json', '{"prefixes":[{"ipv4Prefix":"192.0.2.0/24"}]}')
  const bots = createBots({ ranges: readBotRanges({ Googlebot: path }) })
  const judge = (ip: string) =>
    bots.judge({
      ip: parseIp(ip)!,
      userAgent: 'Googlebot/2.1',
      asn: 0,
      ja4: '',
      header: () => undefined,
    })
  expect(judge('192.0.2.1').verified).toBe(true)
  expect(judge('66.249.66.1').verified).toBe(false)
})

test.each([
  [
    'a file that is missing',
    () => join(folder, 'none.json'),
    /Googlebot from .*none\.json: ENOENT/,
  ],
  [
    'half a document',
    () => file('half.json', '{"prefixes":'),
    /half\.json: the list of ranges begins like JSON, but is not valid JSON/,
  ],
  [
    'an empty list',
    () => file('empty.json', '{"prefixes":[]}'),
    /empty\.json: expected at least one/,
  ],
])('%s is refused, and the error names the file', (_, path, message) => {
  expect(() => readBotRanges({ Googlebot: path() })).toThrow(
    expect.objectContaining({ code: 'bad_bot_range', message: expect.stringMatching(message) })
  )
})
