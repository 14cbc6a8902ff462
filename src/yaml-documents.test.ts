import { expect, test } from 'vitest'
import { parseYamlDocuments } from './yaml-documents.ts'

/** An error for each of them: the library's own reader takes minutes for one such text. */
const MANY = 50_000

test.each([
  ['lists behind a list', `a: ${'[]'.repeat(MANY)}`],
  ['mappings behind a mapping', `a: ${'{}'.repeat(MANY)}`],
  ['ends of lists', `a:\n${']'.repeat(MANY)}`],
  ['lists on lines of their own', `a:\n${'[]\n'.repeat(MANY)}`],
])('%s: a text with an error for each bracket ends at the thousandth', (_, text) => {
  const { documents, errors } = parseYamlDocuments(text, {})
  const found = [...errors, ...documents.flatMap((document) => document.errors)]
  expect(found.length).toBeGreaterThan(0)
  expect(found.length).toBeLessThan(2_000)
  expect(found[0]!.pos[0]).toBeLessThan(10)
})

test('documents, their errors and lines', () => {
  const { documents, errors, lines } = parseYamlDocuments('a: 1\n---\nb: [1\n', {})
  expect(documents.map((document) => document.errors.length)).toEqual([0, 1])
  expect(errors).toEqual([])
  expect(lines.linePos(documents[1]!.range[0]).line).toBe(2)
})
