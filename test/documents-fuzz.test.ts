// Damaged documents of every format: never a crash, never a file outside of the folder, always a place. `npm run fuzz:documents`
// looks at many more.
import { afterAll, describe, expect, test } from 'vitest'
import { Playground } from './documents-fuzz/check.ts'
import { CORPUS } from './documents-fuzz/corpus.ts'
import { damaged } from './documents-fuzz/mutate.ts'

const CASES = 150

const playground = new Playground()
afterAll(() => playground.remove())

test.each(CORPUS.map(({ file, text }, i) => ({ file, text, i })))(
  '$file unchanged ($i)',
  ({ file, text }) => {
    expect(playground.fault(file, text)).toBeUndefined()
  }
)

test('damaged documents', () => {
  const faults = Array.from({ length: CASES }, (_, seed) => {
    const { file, text } = damaged(seed)
    const fault = playground.fault(file, text)
    return fault === undefined ? [] : [`seed ${seed}, ${file}: ${fault}`]
  }).flat()
  expect(faults).toEqual([])
})

describe('documents of 10 MB', () => {
  const long = 'x'.repeat(10 * 2 ** 20)
  test.each([
    [
      'main.tf',
      `locals {\n  a = "${long}"\n}\nresource "cloudflare_access_rule" "a" {\n  mode = local.a\n}\n`,
    ],
    ['main.tf', `locals {\n  a = ${'['.repeat(1_000_000)}\n}\n`],
    ['rules.yaml', `rules:\n  - name: ${long}\n`],
    [
      'ruleset.json',
      `{"phase":"http_request_firewall_custom","rules":[{"action":"block","expression":"${long}"}]}`,
    ],
    ['ruleset.json', '['.repeat(1_000_000)],
    ['plan.json', `{"planned_values":${'{"a":'.repeat(100_000)}`],
  ])('%s', (file, text) => {
    expect(playground.fault(file, text)).toBeUndefined()
  })
})
