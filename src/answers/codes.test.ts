import { expect, test } from 'vitest'
import { catalogue } from './catalogue.ts'
import { isCode } from './codes.ts'

const LAST = 1_300

test('the codes are those of the catalogue', () => {
  const codes = Array.from({ length: LAST }, (_, code) => code).filter(isCode)
  expect(codes).toEqual([...catalogue.keys()].sort((x, y) => x - y))
})

test.each([1020.5, Number.NaN, -1020, Number.POSITIVE_INFINITY])('%d is no code', (code) => {
  expect(isCode(code)).toBe(false)
})
