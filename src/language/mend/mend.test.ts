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

/** Returns the underlined text of a one-line expression. */
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
    // The suggestion is a condition, the part of a condition inside any(…), or an operand.
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

/** Expressions from other languages, with their corrections. */
const BROUGHT: readonly (readonly [written: string, meant: string])[] = [
  ['http.request.headers["X-Api-Key"] eq "a"', 'any(http.request.headers["x-api-key"][*] eq "a")'],
  ['cf.country eq "DE"', 'ip.src.country eq "DE"'],
  ['http.request.ip eq 1.2.3.4', 'ip.src eq 1.2.3.4'],
  ['$remote_addr = 1.2.3.4', 'ip.src == 1.2.3.4'],
  ['cf.connecting_ip eq 1.2.3.4', 'ip.src eq 1.2.3.4'],
  ['cf.asn eq 64500', 'ip.src.asnum eq 64500'],
  ['http.user_agent ~* "curl"', 'http.user_agent matches "(?i)curl"'],
  ['http.user_agent.toLowerCase() contains "curl"', 'lower(http.user_agent) contains "curl"'],
  ['http.user_agent.lower() contains "curl"', 'lower(http.user_agent) contains "curl"'],
  ['regex_match(http.host, "^a")', 'http.host matches "^a"'],
  ['re.match("^a", http.host)', 'http.host matches "^a"'],
  ['preg_match("/^a/", http.host)', 'http.host matches "^a"'],
  ['to_lower(http.host) eq "a"', 'lower(http.host) eq "a"'],
  ['length(http.user_agent) > 5', 'len(http.user_agent) > 5'],
  ['http.user_agent.length > 5', 'len(http.user_agent) > 5'],
  ['"curl" in http.user_agent', 'http.user_agent contains "curl"'],
  ['"DE" == ip.src.country', 'ip.src.country == "DE"'],
  ['http.request.body contains "x"', 'http.request.body.raw contains "x"'],
  ['http.request.querystring contains "x"', 'http.request.uri.query contains "x"'],
  ['http.request.headers.x-api-key eq "b"', 'any(http.request.headers["x-api-key"][*] eq "b")'],
  ['not http.request.headers["x-a"]', 'not has_key(http.request.headers, "x-a")'],
  ['http.request.headers["x-a"] exists', 'has_key(http.request.headers, "x-a")'],
  ['cf.verified_bot', 'cf.client.bot'],
  ['cf.waf.attack_score lt 20', 'cf.waf.score lt 20'],
  ['http.request.scheme eq "https"', 'ssl'],
  ['http.request.protocol eq "HTTP/2"', 'http.request.version eq "HTTP/2"'],
  ['http.ssl', 'ssl'],
  ['cidr_match(ip.src, "10.0.0.0/8")', 'ip.src in {10.0.0.0/8}'],
  ["inIpRange(ip.src, '10.0.0.0/8')", 'ip.src in {10.0.0.0/8}'],
  [
    'http.user_agent contains any {"a" "b"}',
    '(http.user_agent contains "a" or http.user_agent contains "b")',
  ],
  [
    'http.user_agent contains_any {"a" "b"}',
    '(http.user_agent contains "a" or http.user_agent contains "b")',
  ],
  ['http.request.uri.path matches "*.php"', 'http.request.uri.path wildcard "*.php"'],
  ['http.request.uri.path wildcard "**"', 'http.request.uri.path wildcard "*"'],
  ['%{REQUEST_URI} contains "a"', 'http.request.uri contains "a"'],
  ['%{HTTP_USER_AGENT} ~ "curl"', 'http.user_agent ~ "curl"'],
  ['$http_user_agent ~* "curl"', 'http.user_agent matches "(?i)curl"'],
  ['req.url ~ "^/a"', 'http.request.uri ~ "^/a"'],
  ['req.http.User-Agent ~ "curl"', 'http.user_agent ~ "curl"'],
  ['client.geo.country_code == "DE"', 'ip.src.country == "DE"'],
  ['client.as.number == 64500', 'ip.src.asnum == 64500'],
  ["origin.region_code == 'DE'", 'ip.src.country == "DE"'],
  ['http.request.extension eq "php"', 'http.request.uri.path.extension eq "php"'],
  ['http.request.port eq 443', 'cf.edge.server_port eq 443'],
  ['70000 < cf.edge.server_port', 'cf.edge.server_port > 70000'],
  ["'DE' != ip.src.country", 'ip.src.country != "DE"'],
  ['"curl" not in http.user_agent', 'not http.user_agent contains "curl"'],
  ['http.request.scheme ne "https"', 'not ssl'],
  ['http.request.scheme == "http"', 'not ssl'],
  ['$http_x_api_key eq "b"', 'any(http.request.headers["x-api-key"][*] eq "b")'],
  ['http.request.headers["X-A"]', 'has_key(http.request.headers, "x-a")'],
  ['http.host !~* "^a"', 'not http.host matches "(?i)^a"'],
]

test.each(BROUGHT)('%s', (written, meant) => {
  expect(mended(written)).toBe(meant)
})

/** Mistakes without a certain correction get advice. */
test.each([
  ['http.request.body.size > 10MB', 'its digits only'],
  ['http.request.body.size > 1,000', 'its digits only'],
  ['http.host eq "a" then block', 'leave `then` out'],
])('%s has advice', (written, advice) => {
  const [first] = told(written)
  expect(first?.fix).toBeUndefined()
  expect(first?.problem.help).toContain(advice)
})

test.each([
  'valueOf(http.host) eq "a"',
  'constructor and ssl',
  'ssl eq constructor',
  'http.host.toString eq "a"',
  '$http_constructor eq "a"',
])('%s is no name of JavaScript', (written) => {
  const [first] = told(written)
  expect(`${first?.fix?.text}: ${first?.problem.help}`).not.toMatch(/native code|write `ssl`/)
})
