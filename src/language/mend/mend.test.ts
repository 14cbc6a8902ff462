import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { compile } from '../compile.ts'
import { customRuleScheme } from '../defaults.ts'
import { Parser } from '../parser.ts'
import { teach } from './mend.ts'
import mistakes from './mistakes.json' with { type: 'json' }

const check = (expression: string) => {
  const parser = new Parser(expression, customRuleScheme)
  parser.filter()
  return parser.problems
}

const diagnose = (expression: string) => {
  try {
    compile(expression, { scheme: customRuleScheme })
    return []
  } catch (error) {
    if (error instanceof EdgeError) return error.diagnostics
    throw error
  }
}

const told = (expression: string) =>
  teach(expression, check(expression), { scheme: customRuleScheme, check })

/** Applies the fix of the first problem until none is left. */
const mended = (expression: string): string => {
  let text = expression
  for (let round = 0; round < 12; round++) {
    const [first] = told(text)
    if (first === undefined) return text
    if (first.fix === undefined) throw new Error(`${text}: ${first.problem.message}`)
    const { fix } = first
    text = text.slice(0, fix.start) + fix.text + text.slice(fix.end)
  }
  throw new Error(`${expression} has no end of mistakes: ${text}`)
}

/** What is underlined, of an expression in one line. */
const underlined = (expression: string, { column, length }: { column: number; length: number }) =>
  new TextDecoder().decode(
    new TextEncoder().encode(expression).subarray(column - 1, column - 1 + length)
  )

type Row = readonly [expression: string, code: string, under: string, help: string]

const rowsOf = (list: typeof mistakes.mended): Row[] =>
  list.map(({ expression, code, under, help }) => [expression, code, under, help])
const MENDED = rowsOf(mistakes.mended)
const ADVISED = rowsOf(mistakes.advised)

describe('a mistake that people bring from elsewhere', () => {
  test.each([...MENDED, ...ADVISED])('%s: %s at %s: %s', (expression, code, under, help) => {
    const [first] = diagnose(expression)
    expect(first).toMatchObject({ code, help })
    expect(underlined(expression, first!)).toBe(under)
  })

  test.each(MENDED)('%s: what the hint shows parses', (expression, _code, _under, help) => {
    expect(diagnose(mended(expression))).toEqual([])
    const written = /write `(.*)`$/.exec(help)?.[1]
    // What is shown is a condition by itself, or the part of one that is inside any(…), or an operand.
    if (written === undefined) return
    const parser = new Parser(written, customRuleScheme)
    parser.value()
    expect(parser.problems).toEqual([])
  })

  test.each([
    'ip.src.country == "DE"',
    'http.user_agent eq ""',
    'ssl && cf.client.bot',
    'http.user_agent matches "\\d+"',
    'len(http.user_agent) > 100 ',
    'cf.threat_score in {10-20}',
    'http.host == "a" && ssl || not ssl ^^ ssl',
    'http.host ~ "a" and cf.threat_score >= 1',
  ])('%s is none', (expression) => {
    expect(diagnose(expression)).toEqual([])
    expect(told(expression)).toEqual([])
  })
})

describe('the correction', () => {
  test.each([
    ['http.user_agent not in {"a", "b"}', 'not http.user_agent in {"a" "b"}'],
    [
      'not (http.host = ‘a’ or hostname contains ["b", "c"])',
      'not (http.host == "a" or (http.host contains "b" or http.host contains "c"))',
    ],
    ['host == \\"a\\" AND NOT ssl == true', 'http.host == "a" and not ssl'],
    ['header["x"] eq "a"', 'any(http.request.headers["x"][*] eq "a")'],
    ['asn not in {"AS1", 2}', 'not ip.src.asnum in {1 2}'],
    [
      'ssl # why\n and ip not in [10.*, "10.0.0.1"]',
      'ssl\n and not ip.src in {10.0.0.0/8 10.0.0.1}',
    ],
    ['(ssl and http.host is not "a"', '(ssl and http.host ne "a")'],
  ])('of %s, step by step, is %s', (expression, text) => {
    expect(mended(expression)).toBe(text)
  })

  test('leaves the rest of the expression as it is', () => {
    const rest = '(http.host  eq\n"a b"   and not ssl)'
    expect(mended(`${rest} or http.host = 'x'`)).toBe(`${rest} or http.host == "x"`)
  })

  test('keeps TAB and no-break space in strings', () => {
    expect(mended('http.host\teq "a\tb"\u00a0and ssl')).toBe('http.host eq "a\tb" and ssl')
  })

  test('is said once for a mistake that looks like two', () => {
    expect(diagnose('cf.threat_score between 10 and 20')).toHaveLength(1)
    expect(diagnose('http.host = "a" or http.host = "b"')).toHaveLength(2)
  })

  test('of a long set is cut in the hint, and whole in the change', () => {
    const items = Array.from({ length: 300 }, (_, i) => `"item-${i}"`)
    const expression = `http.host in [${items.join(', ')}]`
    const help = diagnose(expression)[0]?.help ?? ''
    expect(help).toMatch(/^a set is written in braces: write `http\.host in \{"item-0" .*…`$/)
    expect(help.length).toBeLessThan(220)
    expect(mended(expression)).toBe(`http.host in {${items.join(' ')}}`)
  })

  test.each([
    'http.response.code in {400-499}',
    'ip.src eq 1.2.3',
    'ip.src in {localhost}',
    'http.host contains http.user_agent',
    'cf.threat_score contains "1"',
    'xyzzy.plugh eq "a"',
    'ssl eq "maybe"',
    'http.host matches {"(" "b"}',
    'ip.src ends_with ".1"',
  ])('of %s is not certain: none is made', (expression) => {
    expect(told(expression).map(({ fix }) => fix)[0]).toBeUndefined()
  })
})
