import { expect, test } from 'vitest'
import { GENERATIONS } from './answer.ts'
import { createKeyOf } from './keys.ts'
import { DIALECTS } from './negotiate.ts'

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`)

test.each([1, 5, 7, 8, 9, 20])('no two choices share a key, with %i languages', (count) => {
  const languages = names(count)
  const keyOf = createKeyOf(DIALECTS, GENERATIONS, languages)
  const keys = [1019, 1020].flatMap((code) =>
    DIALECTS.flatMap((dialect) =>
      [undefined, ...GENERATIONS].flatMap((generation) =>
        [undefined, ...languages].map((language) => keyOf(code, dialect, generation, language))
      )
    )
  )
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.every(Number.isSafeInteger)).toBe(true)
})

test.each([8, 9, 20])('nor with %i of the others', (count) => {
  const many = names(count)
  const codes = [1, 2]
  const asFirst = createKeyOf(many, ['a', 'b'])
  const asSecond = createKeyOf(['a', 'b'], many, ['x'])
  for (const keys of [
    codes.flatMap((code) =>
      many.flatMap((name) => [asFirst(code, name), asFirst(code, name, 'b')])
    ),
    codes.flatMap((code) =>
      many.flatMap((name) => [asSecond(code, 'a', name), asSecond(code, 'b', name, 'x')])
    ),
  ]) {
    expect(new Set(keys).size).toBe(keys.length)
  }
})
