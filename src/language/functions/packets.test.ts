import { describe, expect, test } from 'vitest'
import { evaluate, problemOf } from './evaluate.fixture.ts'

describe('bit_slice', () => {
  test.each([
    ['0, 4', 0x4],
    ['4, 8', 0x5],
    ['0, 16', 0x45ab],
    ['6, 10', 0b0110],
    ['0, 32', 0x45abcdef],
    ['8, 40', 0xabcdefff],
    ['39, 40', 1],
    ['33, 41', undefined],
    ['2008, 2040', undefined],
  ])('bits %s', (bits, expected) => {
    const text = '\x45\xab\xcd\xef\xff'
    expect(evaluate(`bit_slice(text, ${bits})`, { text })).toBe(expected)
  })

  test.each([
    ['bit_slice(text, -1, 4)', 'invalid_argument', '-1'],
    ['bit_slice(text, 0, 33)', 'invalid_argument', '33'],
    ['bit_slice(text, 4, 4)', 'invalid_argument', '4'],
    ['bit_slice(text, 2030, 2041)', 'invalid_argument', '2041'],
    ['bit_slice(text, number, 4)', 'invalid_argument_kind', 'number'],
    ['bit_slice("abc", 0, 4)', 'invalid_argument_kind', '"abc"'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
