// The tables behind docs/fields.md and docs/functions.md: every example gives the result that the page shows.
import { describe, expect, test } from 'vitest'
import { documented, resultOf } from '../scripts/reference/functions.ts'
import { fieldMeanings } from '../src/editor/field-meanings.ts'
import { functionNotes, quantifierNotes } from '../src/editor/function-notes.ts'
import { fieldFacts } from '../src/language/fields.ts'

describe('fields', () => {
  test('no meaning is left over of a field that there is not, and each is a sentence', () => {
    expect(Object.keys(fieldMeanings).filter((name) => !fieldFacts.has(name))).toEqual([])
    const sentences = Object.values(fieldMeanings)
    expect(sentences.filter((text) => !/^[A-Z`\d].*[^.]\.$/.test(text))).toEqual([])
  })
})

describe('functions', () => {
  const examples = Object.entries({ ...functionNotes, ...quantifierNotes }).flatMap(
    ([name, { examples }]) => examples.map((example) => ({ name, ...example }))
  )

  test.each(examples)('$name: $expression is $result', (example) => {
    expect(resultOf(example)).toBe(example.result)
  })

  test('each function has an example that calls it, and nothing else has', () => {
    expect(Object.keys(functionNotes).sort()).toEqual(documented.map(({ name }) => name).sort())
    for (const { name, expression } of examples) expect(expression).toContain(`${name}(`)
  })
})
