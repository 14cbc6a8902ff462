import { expect, test } from 'vitest'
import { settlePage } from '../../settle.ts'
import { decodeBlock, encodeTexts } from './block.ts'
import type { Chunk } from './chunk.ts'
import { isScannable, select } from './scan.ts'

/** Returns a chunk with these texts in every column. */
const chunkOf = (texts: readonly string[]): Chunk => {
  const block = decodeBlock(encodeTexts(texts))
  return {
    rows: texts.length,
    fromMs: 0,
    toMs: 1_000,
    times: Float64Array.from(texts, (_, row) => row),
    block: () => block,
    id: (row) => BigInt(row),
  }
}

test.each([
  ['within one value alone', 'bc', ['ab', 'cd', 'xbcx', 'bc', 'ab'], [2, 3]],
  ['whatever the case of A–Z', 'ADmin', ['/admin', '/ADMIN', '/adm'], [0, 1]],
  ['in the case of other letters', 'É', ['é', 'É', 'e'], [1]],
  // `İ` is longer in lower case.
  ['behind letters that change their length', 'x', ['İİİ', 'ax', 'İX'], [1, 2]],
  ['nowhere', 'no', ['a', 'b'], []],
])('finds free text %s', (_, text, texts, rows) => {
  expect([...select(chunkOf(texts), settlePage({ text }))]).toEqual(rows)
})

test('chunks contain no Ray IDs', () => {
  const where = [{ field: 'ray', operator: 'is', value: 'x' }] as const
  expect(isScannable(settlePage({ where }))).toBe(false)
  expect(isScannable(settlePage({ text: '8F3c' }))).toBe(false)
  expect(isScannable(settlePage({ text: '8f3c-' }))).toBe(true)
  expect(isScannable(settlePage(), [{ name: 'ray' }])).toBe(false)
})
