import { describe, expect, test } from 'vitest'
import { problems, read, verdict } from './given.fixture.ts'

/** `flag`, `ssl` and whether the number is positive, as three independent truths. */
const given = (flag: boolean, ssl: boolean, positive: boolean) => ({
  flag,
  ssl,
  number: positive ? 1 : -1,
})
const TRUTHS = [false, true]
const COMBINATIONS = TRUTHS.flatMap((a) =>
  TRUTHS.flatMap((b) => TRUTHS.map((c) => [a, b, c] as const))
)
const C = 'number gt 0'

type Formula = (a: boolean, b: boolean, c: boolean) => boolean

describe('precedence: not, and, xor, or', () => {
  test.each<[string, Formula]>([
    [`flag and ssl and ${C}`, (a, b, c) => a && b && c],
    [`flag or ssl or ${C}`, (a, b, c) => a || b || c],
    [`flag xor ssl xor ${C}`, (a, b, c) => (a !== b) !== c],
    [`flag and ssl or ${C}`, (a, b, c) => (a && b) || c],
    [`flag or ssl and ${C}`, (a, b, c) => a || (b && c)],
    [`flag and ssl xor ${C}`, (a, b, c) => (a && b) !== c],
    [`flag xor ssl and ${C}`, (a, b, c) => a !== (b && c)],
    [`flag xor ssl or ${C}`, (a, b, c) => a !== b || c],
    [`flag or ssl xor ${C}`, (a, b, c) => a || b !== c],
    [`(flag or ssl) and ${C}`, (a, b, c) => (a || b) && c],
    [`flag and (ssl or ${C})`, (a, b, c) => a && (b || c)],
    [`flag and (ssl xor ${C})`, (a, b, c) => a && b !== c],
    [`not flag and ssl or ${C}`, (a, b, c) => (!a && b) || c],
    [`not flag or ssl and ${C}`, (a, b, c) => !a || (b && c)],
    [`not (flag and ssl) or ${C}`, (a, b, c) => !(a && b) || c],
    [`not (flag or ssl or ${C})`, (a, b, c) => !(a || b || c)],
    [`not not flag and ssl xor ${C}`, (a, b, c) => (a && b) !== c],
    [`not flag xor not ssl xor not ${C}`, (a, b, c) => (!a !== !b) !== !c],
    [`not ${C} and flag`, (a, _b, c) => !c && a],
    [`flag && ssl || ${C}`, (a, b, c) => (a && b) || c],
    [`flag ^^ ssl && ${C}`, (a, b, c) => a !== (b && c)],
    [`!flag || !ssl ^^ !(${C})`, (a, b, c) => !a || !b !== !c],
    [`! flag&&ssl||${C}`, (a, b, c) => (!a && b) || c],
    [`((flag))and((ssl)or((${C})))`, (a, b, c) => a && (b || c)],
    [`flag\nand\r\nssl or\n${C}`, (a, b, c) => (a && b) || c],
    [`flag and true or false or ${C} and ssl`, (a, b, c) => a || (c && b)],
    [`flag and ssl and ${C} and true`, (a, b, c) => a && b && c],
    [`flag or ssl or ${C} or false`, (a, b, c) => a || b || c],
  ])('%s', (expression, formula) => {
    const parsed = read(expression)
    for (const [a, b, c] of COMBINATIONS) {
      const expected = formula(a, b, c)
      expect([a, b, c, verdict(expression, given(a, b, c))]).toEqual([a, b, c, expected])
      // The printed form means the same.
      expect(verdict(parsed.toString(), given(a, b, c))).toBe(expected)
    }
  })

  test('a run of one operator is one node, however it is spelt', () => {
    expect(String(read('flag && ssl and flag && ssl'))).toBe('flag and ssl and flag and ssl')
    expect(String(read('flag and (ssl and flag)'))).toBe('flag and (ssl and flag)')
    expect(String(read('(flag xor ssl) or (ssl and flag)'))).toBe('flag xor ssl or ssl and flag')
  })
})

describe('words need no boundary', () => {
  test.each([
    ['notssl', { ssl: false }, true],
    ['notssl', { ssl: true }, false],
    ['flagand ssl', {}, undefined],
    ['text eq "a"and ssl', { text: 'a', ssl: true }, true],
    ['text eq "a"andssl', { text: 'a', ssl: true }, true],
    ['number eq 1or ssl', { number: 1 }, true],
    // A hexadecimal digit belongs to the number.
    ['number eq 1and ssl', {}, undefined],
    ['text eq"a"or number eq"1"', {}, undefined],
    ['(flag)or(ssl)', { flag: false, ssl: true }, true],
    ['not(flag)', { flag: false }, true],
    ['any(flags)', { flags: [true] }, true],
    ['any ( flags )', { flags: [true] }, true],
    ['any\n(\nflags\n)', { flags: [false] }, false],
  ])('%s, given %j: %s', (expression, fields, expected) => {
    if (expected === undefined) expect(problems(expression)).not.toEqual([])
    else expect(verdict(expression, fields)).toBe(expected)
  })
})

describe('true and false', () => {
  test.each([
    ['true', true],
    ['false', false],
    ['not false', true],
    ['not true', false],
    ['(true)', true],
    ['true and false', false],
    ['true or false', true],
    ['true xor true', false],
    [' true ', true],
  ])('%s is %s', (expression, expected) => {
    expect(verdict(expression)).toBe(expected)
    expect(read(expression).fields).toEqual([])
  })

  test.each([
    'TRUE',
    'True',
    'true eq true',
    'true()',
    'true[0]',
    'trueish',
    'text eq true',
    '"true"',
  ])('%s is refused', (expression) => {
    expect(problems(expression)).toHaveLength(1)
  })
})

describe('space', () => {
  test.each([
    '  flag  ',
    '\tflag\t',
    '\n\r flag \r\n',
    '\u00a0flag\u00a0',
    '\u0085flag\u0085',
    '\u2028flag\u3000',
    '\v\fflag',
  ])('around an expression is dropped: %j', (expression) => {
    expect(verdict(expression, { flag: true })).toBe(true)
    expect(verdict(expression, { flag: false })).toBe(false)
  })

  test.each([
    ['flag\tand ssl', 'eof at \tand ssl'],
    ['flag and\tssl', 'expected_name at \tssl'],
    ['flag\u00a0and ssl', 'eof at \u00a0and ssl'],
    ['text\teq "a"', 'expected_operator at \teq "a"'],
    ['number in {1\t2}', 'expected_name at \t2}'],
    ['\ufeffflag', 'expected_name at \ufeffflag'],
  ])('inside only space, CR and LF separate: %j', (expression, problem) => {
    expect(problems(expression)[0]).toContain(problem)
  })

  test.each([
    ['items [0] eq "a"', 'expected_operator'],
    ['text in $ a', 'invalid_list_name'],
    ['text = = "a"', 'expected_operator'],
    ['text n e "a"', 'expected_operator'],
    ['fl ag', 'unknown_identifier'],
    ['peer..address eq ::', 'expected_name'],
    ['peer.address. eq ::', 'expected_name'],
    ['.text eq "a"', 'expected_name'],
    ['flag # comment', 'eof'],
    ['flag // comment', 'eof'],
    ['/* a */ flag', 'expected_name'],
  ])('%s is refused', (expression, code) => {
    expect(problems(expression)[0]).toContain(code)
  })
})

describe('a structure that is not an expression', () => {
  test.each([
    ['', 'eof'],
    ['   ', 'eof'],
    ['\n', 'eof'],
    ['()', 'expected_name'],
    ['(flag', 'expected_literal'],
    ['flag)', 'eof'],
    ['((flag)', 'expected_literal'],
    ['(flag))', 'eof'],
    ['flag and', 'expected_name'],
    ['and flag', 'unknown_identifier'],
    ['flag and and ssl', 'unknown_identifier'],
    ['flag ssl', 'eof'],
    ['(flag)(ssl)', 'eof'],
    ['not', 'expected_name'],
    ['not and flag', 'unknown_identifier'],
    ['flag or', 'expected_name'],
    ['flag & ssl', 'eof'],
    ['flag ^ ssl', 'eof'],
    ['flag | ssl', 'eof'],
    ['flag not ssl', 'eof'],
    ['text', 'expected_operator'],
    ['text eq', 'eof'],
    ['text "a"', 'expected_operator'],
    ['any', 'unknown_identifier'],
    ['any()', 'expected_name'],
    ['any(flags', 'expected_literal'],
    ['any(flag)', 'invalid_argument_type'],
    ['flags', 'type_mismatch'],
    ['switches', 'type_mismatch'],
    ['not flags', 'type_mismatch'],
    ['not switches', 'type_mismatch'],
    ['items[*] eq "a"', 'type_mismatch'],
    ['flag and flags', 'type_mismatch'],
    ['flags and flag', 'type_mismatch'],
    ['any(flags or flag)', 'expected_literal'],
    ['lower(text)', 'expected_operator'],
    ['lower text eq "a"', 'expected_literal'],
    ['flag or (ssl and )', 'expected_name'],
  ])('%j is refused as %s', (expression, code) => {
    expect(problems(expression).map((problem) => problem.split(' at ')[0])).toEqual([code])
  })
})
