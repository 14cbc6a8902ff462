import { describe, expect, test } from 'vitest'
import { parseIp } from '../../lists/ip.ts'
import { evaluate, problemOf } from './evaluate.fixture.ts'

describe('cidr and cidr6', () => {
  test.each([
    ['cidr(address, 24, 24)', '113.10.0.2', '113.10.0.0'],
    ['cidr(address, 24, 24)', '2001:0:130f::9c0:876a:130b', '2001::'],
    ['cidr(address, 32, 1)', '1.2.3.4', '1.2.3.4'],
    ['cidr(address, 1, 1)', '255.255.255.255', '128.0.0.0'],
    ['cidr(address, 24, 128)', '::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['cidr6(address, 24)', '2001:0:130f::9c0:876a:130b', '2001::'],
    ['cidr6(address, 65)', 'ffff:ffff:ffff:ffff:ffff::1', 'ffff:ffff:ffff:ffff:8000::'],
    ['cidr6(address, 24)', '113.10.0.2', '113.10.0.2'],
  ])('%s of %s is %s', (expression, address, expected) => {
    expect(evaluate(expression, { address: parseIp(address)! })).toEqual(parseIp(expected))
  })

  test.each([
    [8, parseIp('10.0.0.0')],
    [0, undefined],
    [33, undefined],
    [-1, undefined],
    [2n ** 62n, undefined],
  ])('%s bits from a field', (number, expected) => {
    const address = parseIp('10.1.2.3')!
    expect(evaluate('cidr(address, number, 64)', { address, number })).toEqual(expected)
  })

  test.each([
    ['cidr(1.2.3.4, 24, 24)', 'invalid_argument_kind', '1.2.3.4'],
    ['cidr(address, 33, 24)', 'invalid_argument', '33'],
    ['cidr(address, 24, 129)', 'invalid_argument', '129'],
    ['cidr(address, 0, 24)', 'invalid_argument', '0'],
    ['cidr6(address, 129)', 'invalid_argument', '129'],
    ['cidr(address, 24)', 'invalid_argument_count', 'cidr(address, 24)'],
    ['cidr(text, 24, 24)', 'invalid_argument_type', 'text'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
