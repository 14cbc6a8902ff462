import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { compile } from '../compile.ts'
import { customRuleScheme } from '../defaults.ts'
import { Parser } from '../parser.ts'
import { teach } from './mend.ts'

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

/** Expression, code, what is underlined, help. */
type Row = readonly [expression: string, code: string, under: string, help: string]

const MENDED: readonly Row[] = [
  [
    'http.request.uri.path starts_with "/admin" and ip.src.country eq "DE"',
    'expected_operator',
    'starts_with "/admin"',
    '`starts_with` is a function: write `starts_with(http.request.uri.path, "/admin")`',
  ],
  [
    'http.request.uri.path starts_with "/admin" or http.request.uri.path starts_with "/x"',
    'expected_operator',
    'starts_with "/admin"',
    '`starts_with` is a function: write `starts_with(http.request.uri.path, "/admin")`',
  ],
  [
    'http.user_agent not contains "curl" and ssl',
    'expected_operator',
    'not contains "curl"',
    '`not contains` does not exist: write `not http.user_agent contains "curl"`',
  ],
  [
    'http.user_agent does not contain "curl"',
    'expected_operator',
    'does not contain "curl"',
    '`does not contain` does not exist: write `not http.user_agent contains "curl"`',
  ],
  [
    'http.user_agent doesn\'t contain "curl"',
    'expected_operator',
    'doesn\'t contain "curl"',
    '`doesn\'t contain` does not exist: write `not http.user_agent contains "curl"`',
  ],
  [
    'ip.src.country not in {"DE" "FR"}',
    'expected_operator',
    'not in {"DE" "FR"}',
    '`not in` does not exist: write `not ip.src.country in {"DE" "FR"}`',
  ],
  [
    'not ip.src.country not in {"DE" "FR"}',
    'expected_operator',
    'not in {"DE" "FR"}',
    '`not in` does not exist: write `not ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country in {"DE", "FR"}',
    'unexpected_comma',
    ',',
    'items of a set are separated by spaces, not commas: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country in ["DE", "FR"]',
    'expected_literal',
    '["DE", "FR"]',
    'a set is written in braces: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country in ("DE", "FR")',
    'expected_literal',
    '("DE", "FR")',
    'a set is written in braces: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country in "DE"',
    'expected_literal',
    '"DE"',
    'a set is written in braces: write `ip.src.country in {"DE"}`',
  ],
  [
    'ip.src.country in ("DE" "FR")',
    'expected_literal',
    '("DE" "FR")',
    'a set is written in braces: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country eq {"DE" "FR"}',
    'invalid_number',
    '{"DE" "FR"}',
    'a set goes with `in`: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country eq "DE" or "FR"',
    'expected_name',
    '"DE" or "FR"',
    'a set goes with `in`: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country eq "DE", "FR"',
    'eof',
    '"DE", "FR"',
    'a set goes with `in`: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'http.user_agent contains {"curl" "wget"}',
    'invalid_number',
    '{"curl" "wget"}',
    '`contains` takes one value: write `(http.user_agent contains "curl" or http.user_agent contains "wget")`',
  ],
  [
    'http.user_agent contains ["curl", "wget"]',
    'invalid_number',
    '["curl", "wget"]',
    '`contains` takes one value: write `(http.user_agent contains "curl" or http.user_agent contains "wget")`',
  ],
  [
    'http.user_agent contains ("curl" or "wget")',
    'invalid_number',
    '("curl" or "wget")',
    '`contains` takes one value: write `(http.user_agent contains "curl" or http.user_agent contains "wget")`',
  ],
  [
    'http.user_agent contains "curl" or "wget"',
    'expected_name',
    '"curl" or "wget"',
    '`contains` takes one value: write `(http.user_agent contains "curl" or http.user_agent contains "wget")`',
  ],
  [
    'http.user_agent matches {"a" "b"}',
    'expected_name',
    '{"a" "b"}',
    '`matches` takes one value: write `(http.user_agent matches "a" or http.user_agent matches "b")`',
  ],
  [
    'http.user_agent wildcard {"*a*" "b"}',
    'expected_name',
    '{"*a*" "b"}',
    '`wildcard` takes one value: write `(http.user_agent wildcard "*a*" or http.user_agent wildcard "b")`',
  ],
  [
    'ip.src.asnum eq AS13335',
    'invalid_number',
    'AS13335',
    'an AS number has no `AS`: write `ip.src.asnum eq 13335`',
  ],
  [
    'ip.src.asnum in {AS13335 AS15169}',
    'invalid_number',
    'AS13335',
    'an AS number has no `AS`: write `ip.src.asnum in {13335 15169}`',
  ],
  [
    'ip.src.asnum in {AS13335, AS15169}',
    'invalid_number',
    'AS13335',
    'an AS number has no `AS`: write `ip.src.asnum in {13335 15169}`',
  ],
  [
    'ip.src.asnum in {"13335" "15169"}',
    'expected_name',
    '"13335"',
    'numbers have no quotes: write `ip.src.asnum in {13335 15169}`',
  ],
  [
    'ip.src.asnum eq "13335"',
    'expected_name',
    '"13335"',
    'numbers have no quotes: write `ip.src.asnum eq 13335`',
  ],
  [
    'ip.src.asnum eq "AS13335"',
    'expected_name',
    '"AS13335"',
    'an AS number has no `AS`: write `ip.src.asnum eq 13335`',
  ],
  [
    'ip.src.asnum eq "as13335"',
    'expected_name',
    '"as13335"',
    'an AS number has no `AS`: write `ip.src.asnum eq 13335`',
  ],
  [
    "ip.src.asnum == 'AS13335'",
    'expected_name',
    "'AS13335'",
    'an AS number has no `AS`: write `ip.src.asnum == 13335`',
  ],
  [
    'ip.src in {"203.0.113.7" "198.51.100.0/24"}',
    'expected_name',
    '"203.0.113.7"',
    'addresses have no quotes: write `ip.src in {203.0.113.7 198.51.100.0/24}`',
  ],
  [
    'ip.src eq "203.0.113.7"',
    'expected_name',
    '"203.0.113.7"',
    'addresses have no quotes: write `ip.src eq 203.0.113.7`',
  ],
  [
    'ip.src ne "203.0.113.7"',
    'expected_name',
    '"203.0.113.7"',
    'addresses have no quotes: write `ip.src ne 203.0.113.7`',
  ],
  [
    'ip.src in {203.0.113.* 198.51.100.*}',
    'invalid_ip',
    '203.0.113.*',
    'a network is written as CIDR: write `ip.src in {203.0.113.0/24 198.51.100.0/24}`',
  ],
  [
    'ip.src eq 203.0.113.*',
    'invalid_ip',
    '203.0.113.*',
    'a set goes with `in`: write `ip.src in {203.0.113.0/24}`',
  ],
  [
    'ip.src ne 203.0.113.*',
    'invalid_ip',
    '203.0.113.*',
    'a set goes with `in`: write `not ip.src in {203.0.113.0/24}`',
  ],
  [
    'ip.src in {10.0.0.1-10.0.0.9}',
    'expected_name',
    '10.0.0.1-10.0.0.9',
    'a range is written with two dots: write `ip.src in {10.0.0.1..10.0.0.9}`',
  ],
  [
    'ip.src in {10.0.0.1 - 10.0.0.9}',
    'expected_name',
    '-',
    'a range is written with two dots: write `ip.src in {10.0.0.1..10.0.0.9}`',
  ],
  [
    'ip.src in {10.0.0.1-9}',
    'expected_name',
    '10.0.0.1-9',
    'a range is written with two dots: write `ip.src in {10.0.0.1..10.0.0.9}`',
  ],
  [
    'ip.src in {"10.0.0.1-10.0.0.9"}',
    'expected_name',
    '"10.0.0.1-10.0.0.9"',
    'a range is written with two dots: write `ip.src in {10.0.0.1..10.0.0.9}`',
  ],
  [
    'ip.src eq 10.0.0.1-10.0.0.9',
    'eof',
    '10.0.0.1-10.0.0.9',
    'a set goes with `in`: write `ip.src in {10.0.0.1..10.0.0.9}`',
  ],
  [
    'ip.src eq 10.0.0.0/8',
    'invalid_ip',
    '10.0.0.0/8',
    'a set goes with `in`: write `ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src ne 10.0.0.0/8',
    'invalid_ip',
    '10.0.0.0/8',
    'a set goes with `in`: write `not ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src eq "10.0.0.0/8"',
    'expected_name',
    '"10.0.0.0/8"',
    'a set goes with `in`: write `ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src in 10.0.0.0/8',
    'expected_literal',
    '10.0.0.0/8',
    'a set is written in braces: write `ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src in {10.0.0.1/8}',
    'invalid_network',
    '10.0.0.1/8',
    'CIDR has host bits set: write `ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src contains "10."',
    'unsupported_operation',
    'contains',
    'addresses are compared with eq, or with in and networks: write `ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src matches "^10\\."',
    'unsupported_operation',
    'matches',
    'addresses are compared with eq, or with in and networks: write `ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src in {$office}',
    'expected_name',
    '$office',
    'a list is written without braces: write `ip.src in $office`',
  ],
  [
    'ip.src in {$office $home}',
    'expected_name',
    '$office',
    'a list is written without braces: write `(ip.src in $office or ip.src in $home)`',
  ],
  [
    'ip.src in {$office 10.0.0.1}',
    'expected_name',
    '$office',
    'a list is written without braces: write `(ip.src in $office or ip.src in {10.0.0.1})`',
  ],
  [
    'ip.src in @office',
    'expected_literal',
    '@office',
    'a list is written without braces: write `ip.src in $office`',
  ],
  [
    'ip.src in "$office"',
    'expected_literal',
    '"$office"',
    'a list is written without braces: write `ip.src in $office`',
  ],
  [
    'ip.src eq $office',
    'expected_name',
    '$office',
    'a list goes with `in`: write `ip.src in $office`',
  ],
  [
    'not ip.src in {$office}',
    'expected_name',
    '$office',
    'a list is written without braces: write `ip.src in $office`',
  ],
  [
    'http.host eq “shop.test”',
    'invalid_number',
    '“shop.test”',
    'strings take double quotes: write `http.host eq "shop.test"`',
  ],
  [
    "http.host eq 'shop.test'",
    'invalid_number',
    "'shop.test'",
    'strings take double quotes: write `http.host eq "shop.test"`',
  ],
  [
    "http.host in {'a' 'b'}",
    'invalid_number',
    "'a'",
    'strings take double quotes: write `http.host in {"a" "b"}`',
  ],
  [
    'http.host eq ‘shop.test’',
    'invalid_number',
    '‘shop.test’',
    'strings take double quotes: write `http.host eq "shop.test"`',
  ],
  [
    'http.host eq «shop.test»',
    'invalid_number',
    '«shop.test»',
    'strings take double quotes: write `http.host eq "shop.test"`',
  ],
  [
    'http.host eq \\"shop.test\\"',
    'invalid_number',
    '\\"',
    '`\\"` belongs to JSON, not to the expression: write `http.host eq "shop.test"`',
  ],
  [
    '(http.host eq \\"shop.test\\" and http.request.uri.path eq \\"/\\")',
    'invalid_number',
    '\\"',
    '`\\"` belongs to JSON, not to the expression: write `(http.host eq "shop.test" and http.request.uri.path eq "/")`',
  ],
  [
    'http.host in {\\"a\\" \\"b\\"}',
    'invalid_number',
    '\\"',
    '`\\"` belongs to JSON, not to the expression: write `http.host in {"a" "b"}`',
  ],
  [
    'starts_with(http.host, \\"a\\")',
    'eof',
    '\\"a\\")',
    '`\\"` belongs to JSON, not to the expression: write `starts_with(http.host, "a")`',
  ],
  [
    'http.host eq "a" # comment',
    'eof',
    '# comment',
    'the language has no comments: write `http.host eq "a"`',
  ],
  [
    'http.host eq "a" // comment',
    'eof',
    '// comment',
    'the language has no comments: write `http.host eq "a"`',
  ],
  ['hostname eq "a"', 'unknown_identifier', 'hostname', 'did you mean `http.host`?'],
  ['host eq "a"', 'unknown_identifier', 'host', 'did you mean `http.host`?'],
  ['path eq "/a"', 'unknown_identifier', 'path', 'did you mean `http.request.uri.path`?'],
  ['url contains "a"', 'unknown_identifier', 'url', 'did you mean `http.request.full_uri`?'],
  ['uri contains "a"', 'unknown_identifier', 'uri', 'did you mean `http.request.uri`?'],
  ['ip eq 1.2.3.4', 'unusable_field', 'ip', 'did you mean `ip.src`?'],
  ['country eq "DE"', 'unknown_identifier', 'country', 'did you mean `ip.src.country`?'],
  ['asn eq 13335', 'unknown_identifier', 'asn', 'did you mean `ip.src.asnum`?'],
  [
    'user_agent contains "curl"',
    'unknown_identifier',
    'user_agent',
    'did you mean `http.user_agent`?',
  ],
  [
    'useragent contains "curl"',
    'unknown_identifier',
    'useragent',
    'did you mean `http.user_agent`?',
  ],
  ['method eq "GET"', 'unknown_identifier', 'method', 'did you mean `http.request.method`?'],
  ['referer eq "a"', 'unknown_identifier', 'referer', 'did you mean `http.referer`?'],
  ['cookie contains "a"', 'unknown_identifier', 'cookie', 'did you mean `http.cookie`?'],
  ['query contains "a"', 'unknown_identifier', 'query', 'did you mean `http.request.uri.query`?'],
  ['threat_score gt 5', 'unknown_identifier', 'threat_score', 'did you mean `cf.threat_score`?'],
  [
    'http.request.path eq "/a"',
    'unknown_identifier',
    'http.request.path',
    'did you mean `http.request.uri.path`?',
  ],
  ['http.path eq "/a"', 'unknown_identifier', 'http.path', 'did you mean `http.request.uri.path`?'],
  [
    'http.request.host eq "a"',
    'unknown_identifier',
    'http.request.host',
    'did you mean `http.host`?',
  ],
  [
    'http.request.user_agent eq "a"',
    'unknown_identifier',
    'http.request.user_agent',
    'did you mean `http.user_agent`?',
  ],
  [
    'http.method eq "GET"',
    'unknown_identifier',
    'http.method',
    'did you mean `http.request.method`?',
  ],
  [
    'http.query contains "a"',
    'unknown_identifier',
    'http.query',
    'did you mean `http.request.uri.query`?',
  ],
  [
    'http.header["x"] eq "a"',
    'unknown_identifier',
    'http.header',
    'did you mean `http.request.headers`?',
  ],
  [
    'http.headers["x"] eq "a"',
    'unknown_identifier',
    'http.headers',
    'did you mean `http.request.headers`?',
  ],
  [
    'http.request.headers["x-api-key"] eq "a"',
    'unsupported_operation',
    'eq',
    'an array is compared element by element: write `any(http.request.headers["x-api-key"][*] eq "a")`',
  ],
  [
    'http.request.headers["x-api-key"] contains "a"',
    'unsupported_operation',
    'contains',
    'an array is compared element by element: write `any(http.request.headers["x-api-key"][*] contains "a")`',
  ],
  [
    'any(http.request.headers["x-api-key"] eq "a")',
    'unsupported_operation',
    'eq',
    'an array is compared element by element: write `http.request.headers["x-api-key"][*] eq "a"`',
  ],
  ['ip.country eq "DE"', 'unknown_identifier', 'ip.country', 'did you mean `ip.src.country`?'],
  ['ip.src.asn eq 13335', 'unknown_identifier', 'ip.src.asn', 'did you mean `ip.src.asnum`?'],
  [
    'ip.geo.country eq "DE"',
    'unknown_identifier',
    'ip.geo.country',
    'did you mean `ip.src.country`?',
  ],
  ['client.ip eq 1.2.3.4', 'unknown_identifier', 'client.ip', 'did you mean `ip.src`?'],
  [
    'ip.src.country === "DE"',
    'expected_operator',
    '=== "DE"',
    '`===` does not exist: write `ip.src.country == "DE"`',
  ],
  [
    'ip.src.country = "DE"',
    'expected_operator',
    '= "DE"',
    '`=` does not exist: write `ip.src.country == "DE"`',
  ],
  [
    'ip.src.country !== "DE"',
    'invalid_number',
    '= ',
    '`!==` does not exist: write `ip.src.country != "DE"`',
  ],
  [
    'ip.src.country <> "DE"',
    'expected_operator',
    '<> "DE"',
    '`<>` does not exist: write `ip.src.country != "DE"`',
  ],
  [
    'ip.src.country is "DE"',
    'expected_operator',
    'is "DE"',
    '`is` does not exist: write `ip.src.country eq "DE"`',
  ],
  [
    'ip.src.country is not "DE"',
    'expected_operator',
    'is not "DE"',
    '`is not` does not exist: write `ip.src.country ne "DE"`',
  ],
  [
    'ip.src.country is in {"DE"}',
    'expected_operator',
    'is in {"DE"}',
    '`is in` does not exist: write `ip.src.country in {"DE"}`',
  ],
  ['ssl eq true', 'eof', 'eq true', 'a Bool needs no comparison: write `ssl`'],
  ['ssl == "on"', 'eof', '== "on"', 'a Bool needs no comparison: write `ssl`'],
  ['ssl eq 1', 'eof', 'eq 1', 'a Bool needs no comparison: write `ssl`'],
  ['not ssl eq true', 'eof', 'eq true', 'a Bool needs no comparison: write `ssl`'],
  ['ssl ne true', 'eof', 'ne true', 'a Bool needs no comparison: write `not ssl`'],
  ['ssl is true', 'eof', 'is true', 'a Bool needs no comparison: write `ssl`'],
  [
    'cf.client.bot eq false',
    'eof',
    'eq false',
    'a Bool needs no comparison: write `not cf.client.bot`',
  ],
  [
    'cf.bot_management.verified_bot == true',
    'eof',
    '== true',
    'a Bool needs no comparison: write `cf.bot_management.verified_bot`',
  ],
  [
    'not http.user_agent',
    'expected_operator',
    '',
    'a value of type Bytes is no condition: write `http.user_agent eq ""`',
  ],
  [
    '!http.user_agent',
    'expected_operator',
    '',
    'a value of type Bytes is no condition: write `http.user_agent eq ""`',
  ],
  [
    'http.user_agent',
    'expected_operator',
    '',
    'a value of type Bytes is no condition: write `http.user_agent ne ""`',
  ],
  [
    'http.user_agent and ssl',
    'expected_operator',
    'and ssl',
    'a value of type Bytes is no condition: write `http.user_agent ne ""`',
  ],
  [
    'ip.src.country',
    'expected_operator',
    '',
    'a value of type Bytes is no condition: write `ip.src.country ne ""`',
  ],
  [
    'http.user_agent eq null',
    'invalid_number',
    'null',
    'the language has no null: an empty value is "": write `http.user_agent eq ""`',
  ],
  [
    'http.user_agent is null',
    'expected_operator',
    'is null',
    '`is` does not exist: write `http.user_agent eq ""`',
  ],
  [
    'ssl AND cf.client.bot',
    'eof',
    'AND',
    'operators are lower case: write `ssl and cf.client.bot`',
  ],
  [
    'ssl & cf.client.bot',
    'eof',
    '&',
    '`&` does not join conditions: write `ssl and cf.client.bot`',
  ],
  ['ssl | cf.client.bot', 'eof', '|', '`|` does not join conditions: write `ssl or cf.client.bot`'],
  ['NOT ssl', 'unknown_identifier', 'NOT', 'operators are lower case: write `not ssl`'],
  [
    '(ssl and cf.client.bot',
    'expected_literal',
    '',
    'a closing parenthesis is missing: write `(ssl and cf.client.bot)`',
  ],
  ['ssl)', 'eof', ')', 'this parenthesis has no opening one: write `ssl`'],
  [
    'http.user_agent =~ "a"',
    'expected_operator',
    '=~ "a"',
    '`=~` does not exist: write `http.user_agent matches "a"`',
  ],
  [
    'http.user_agent !~ "a"',
    'expected_operator',
    '!~ "a"',
    '`!~` does not exist: write `not http.user_agent matches "a"`',
  ],
  [
    'http.user_agent matches /a/i',
    'expected_name',
    '/a/i',
    'a pattern is a string: write `http.user_agent matches r"(?i)a"`',
  ],
  [
    'http.user_agent eq "a\\d"',
    'invalid_character_escape',
    'd',
    'r"…" keeps each backslash: write `http.user_agent eq r"a\\d"`',
  ],
  [
    'http.user_agent contains "C:\\dir"',
    'invalid_character_escape',
    'd',
    'r"…" keeps each backslash: write `http.user_agent contains r"C:\\dir"`',
  ],
  [
    'http.user_agent like "%curl%"',
    'expected_operator',
    'like "%curl%"',
    '`like` does not exist: write `http.user_agent wildcard "*curl*"`',
  ],
  [
    'http.user_agent like "*curl*"',
    'expected_operator',
    'like "*curl*"',
    '`like` does not exist: write `http.user_agent wildcard "*curl*"`',
  ],
  [
    'http.user_agent ilike "*curl*"',
    'expected_operator',
    'ilike "*curl*"',
    '`ilike` does not exist: write `http.user_agent wildcard "*curl*"`',
  ],
  [
    'http.user_agent regex "a"',
    'expected_operator',
    'regex "a"',
    '`regex` does not exist: write `http.user_agent matches "a"`',
  ],
  [
    'http.user_agent startswith "a"',
    'expected_operator',
    'startswith "a"',
    '`starts_with` is a function: write `starts_with(http.user_agent, "a")`',
  ],
  [
    'http.user_agent.startsWith("a")',
    'unknown_identifier',
    'http.user_agent.startsWith',
    'fields have no methods: write `starts_with(http.user_agent, "a")`',
  ],
  [
    'http.request.uri.path.startsWith("/a")',
    'unknown_identifier',
    'http.request.uri.path.startsWith',
    'fields have no methods: write `starts_with(http.request.uri.path, "/a")`',
  ],
  [
    'http.user_agent.contains("a")',
    'unknown_identifier',
    'http.user_agent.contains',
    'fields have no methods: write `http.user_agent contains "a"`',
  ],
  [
    'contains(http.user_agent, "a")',
    'unusable_function',
    'contains',
    'contains is an operator: write `http.user_agent contains "a"`',
  ],
  [
    'http.user_agent contains("a")',
    'invalid_number',
    '("a")',
    'write `http.user_agent contains "a"`',
  ],
  [
    'starts_with(http.request.uri.path "/a")',
    'expected_literal',
    '"/a")',
    'arguments are separated by commas: write `starts_with(http.request.uri.path, "/a")`',
  ],
  [
    'starts_with("/a", http.request.uri.path)',
    'invalid_argument_kind',
    '"/a"',
    'the field is the first argument: write `starts_with(http.request.uri.path, "/a")`',
  ],
  [
    'startsWith(http.request.uri.path, "/a")',
    'unknown_identifier',
    'startsWith',
    'write `starts_with(http.request.uri.path, "/a")`',
  ],
  [
    'not starts_with http.request.uri.path "/a"',
    'expected_literal',
    'http.request.uri.path "/a"',
    'the arguments of a function stand in parentheses: write `starts_with(http.request.uri.path, "/a")`',
  ],
  [
    'lower(http.host) contains ("a")',
    'invalid_number',
    '("a")',
    'write `lower(http.host) contains "a"`',
  ],
  [
    'len(http.user_agent) > "100"',
    'expected_name',
    '"100"',
    'numbers have no quotes: write `len(http.user_agent) > 100`',
  ],
  [
    'len http.user_agent > 100',
    'expected_literal',
    'http.user_agent',
    'the arguments of a function stand in parentheses: write `len(http.user_agent)`',
  ],
  [
    'http.user_agent in {curl wget}',
    'invalid_number',
    'curl',
    'strings take double quotes: write `http.user_agent in {"curl" "wget"}`',
  ],
  [
    'ip.src.country in {DE FR}',
    'expected_name',
    'DE',
    'strings take double quotes: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country eq DE',
    'expected_name',
    'DE',
    'strings take double quotes: write `ip.src.country eq "DE"`',
  ],
  [
    'http.request.method eq GET',
    'invalid_number',
    'GET',
    'strings take double quotes: write `http.request.method eq "GET"`',
  ],
  [
    'http.request.method in {GET POST}',
    'invalid_number',
    'GET',
    'strings take double quotes: write `http.request.method in {"GET" "POST"}`',
  ],
  [
    'http.request.method in {GET, POST}',
    'invalid_number',
    'GET',
    'strings take double quotes: write `http.request.method in {"GET" "POST"}`',
  ],
  [
    'http.request.uri.path eq /admin',
    'invalid_number',
    '/admin',
    'strings take double quotes: write `http.request.uri.path eq "/admin"`',
  ],
  [
    'http.request.uri.path in {/admin /x}',
    'invalid_number',
    '/admin',
    'strings take double quotes: write `http.request.uri.path in {"/admin" "/x"}`',
  ],
  [
    'http.host eq shop.test',
    'invalid_number',
    'shop.test',
    'strings take double quotes: write `http.host eq "shop.test"`',
  ],
  [
    'http.request.uri.path contains *.php',
    'invalid_number',
    '*.php',
    'strings take double quotes: write `http.request.uri.path contains "*.php"`',
  ],
  [
    'cf.threat_score between 10 and 20',
    'expected_operator',
    'between 10 and 20',
    '`between` does not exist: write `cf.threat_score in {10..20}`',
  ],
  [
    'cf.threat_score => 10',
    'expected_operator',
    '=> 10',
    '`=>` does not exist: write `cf.threat_score >= 10`',
  ],
  [
    'cf.threat_score =< 10',
    'expected_operator',
    '=< 10',
    '`=<` does not exist: write `cf.threat_score <= 10`',
  ],
  [
    'http.host not "a"',
    'expected_operator',
    'not "a"',
    '`not` does not exist: write `http.host ne "a"`',
  ],
  [
    'not(http.host eq "a"',
    'expected_literal',
    '',
    'a closing parenthesis is missing: write `not(http.host eq "a")`',
  ],
  [
    'http.request.uri.args["a"] eq "b"',
    'unsupported_operation',
    'eq',
    'an array is compared element by element: write `any(http.request.uri.args["a"][*] eq "b")`',
  ],
  [
    'http.request.uri.args["a"][*] eq "b"',
    'type_mismatch',
    'http.request.uri.args["a"][*] eq "b"',
    '[*] gives a list of truths: write `any(http.request.uri.args["a"][*] eq "b")`',
  ],
  [
    'http.request.headers.names contains "x"',
    'unsupported_operation',
    'contains',
    'an array is compared element by element: write `any(http.request.headers.names[*] contains "x")`',
  ],
  [
    'any(http.request.headers.names contains "x")',
    'unsupported_operation',
    'contains',
    'an array is compared element by element: write `http.request.headers.names[*] contains "x"`',
  ],
  [
    'http.cookie["a"] eq "b"',
    'invalid_index_access',
    '["a"]',
    'did you mean `http.request.cookies`?',
  ],
  [
    'http.request.cookies["a"] eq "b"',
    'unsupported_operation',
    'eq',
    'an array is compared element by element: write `any(http.request.cookies["a"][*] eq "b")`',
  ],
  [
    'http.host eq "a" and (http.request.uri.path starts_with "/x" or ip.src in {"1.2.3.4"})',
    'expected_operator',
    'starts_with "/x"',
    '`starts_with` is a function: write `starts_with(http.request.uri.path, "/x")`',
  ],
  [
    '(http.host eq "a") and not (http.request.uri.path startswith "/x")',
    'expected_operator',
    'startswith "/x"',
    '`starts_with` is a function: write `starts_with(http.request.uri.path, "/x")`',
  ],
  [
    'ip.src.country in {"DE"; "FR"}',
    'invalid_number',
    '"DE"',
    'items of a set are separated by spaces, not commas: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country in {"DE" or "FR"}',
    'invalid_number',
    'or',
    'items of a set are separated by spaces, not commas: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country eq ("DE" or "FR")',
    'invalid_number',
    '("DE" or "FR")',
    'a set goes with `in`: write `ip.src.country in {"DE" "FR"}`',
  ],
  [
    'ip.src.country eq ("DE")',
    'invalid_number',
    '("DE")',
    '`eq` takes one value: write `ip.src.country eq "DE"`',
  ],
  ['ip.src eq "::1"', 'expected_name', '"::1"', 'addresses have no quotes: write `ip.src eq ::1`'],
  [
    'http.user_agent not in {"a" "b"} and not ip.src not in {$a}',
    'expected_operator',
    'not in {"a" "b"}',
    '`not in` does not exist: write `not http.user_agent in {"a" "b"}`',
  ],
  [
    'not ip.src in {10.0.0.1/8}',
    'invalid_network',
    '10.0.0.1/8',
    'CIDR has host bits set: write `ip.src in {10.0.0.0/8}`',
  ],
  [
    'ip.src in {2001:db8:*}',
    'invalid_ip',
    '2001:db8:*',
    'a network is written as CIDR: write `ip.src in {2001:db8::/32}`',
  ],
  [
    'ip.src in {10.0.0.1 to 10.0.0.9}',
    'expected_name',
    'to',
    'a range is written with two dots: write `ip.src in {10.0.0.1..10.0.0.9}`',
  ],
  [
    'ip.src in {“10.0.0.1”, “10.0.0.2”}',
    'expected_name',
    '“10.0.0.1”',
    'addresses have no quotes: write `ip.src in {10.0.0.1 10.0.0.2}`',
  ],
  [
    'ip.src not in {10.0.0.1, 10.0.0.2}',
    'expected_operator',
    'not in {10.0.0.1, 10.0.0.2}',
    '`not in` does not exist: write `not ip.src in {10.0.0.1 10.0.0.2}`',
  ],
  [
    "ip.src.asnum not in {AS13335, 'AS15169'}",
    'expected_operator',
    "not in {AS13335, 'AS15169'}",
    '`not in` does not exist: write `not ip.src.asnum in {13335 15169}`',
  ],
  [
    'http.request.headers["x"] ne "a"',
    'unsupported_operation',
    'ne',
    'an array is compared element by element: write `not any(http.request.headers["x"][*] eq "a")`',
  ],
  [
    'any(http.request.headers.names[*] startsWith "x-")',
    'expected_operator',
    'startsWith "x-"',
    '`starts_with` is a function: write `starts_with(http.request.headers.names[*], "x-")`',
  ],
  [
    'any(http.request.headers["x"][*] contains ["a", "b"])',
    'invalid_number',
    '["a", "b"]',
    '`contains` takes one value: write `(http.request.headers["x"][*] contains "a" or http.request.headers["x"][*] contains "b")`',
  ],
  [
    "http.user_agent in ['a', 'b']",
    'expected_literal',
    "['a', 'b']",
    'a set is written in braces: write `http.user_agent in {"a" "b"}`',
  ],
  [
    'http.user_agent doesn’t contain “a”',
    'expected_operator',
    'doesn’t contain “a”',
    '`doesn’t contain` does not exist: write `not http.user_agent contains "a"`',
  ],
  [
    "http.request.uri.path regex '^/a'",
    'expected_operator',
    "regex '^/a'",
    '`regex` does not exist: write `http.request.uri.path matches r"^/a"`',
  ],
  [
    "(ip.src eq '10.0.0.1') or (http.host = 'a')",
    'expected_name',
    "'10.0.0.1'",
    'addresses have no quotes: write `ip.src eq 10.0.0.1`',
  ],
  ['ssl is not true', 'eof', 'is not true', 'a Bool needs no comparison: write `not ssl`'],
  ['ssl != false', 'eof', '!= false', 'a Bool needs no comparison: write `ssl`'],
  [
    '!(ssl == false)',
    'expected_literal',
    '== false',
    'a Bool needs no comparison: write `not ssl`',
  ],
  [
    "http.host eq 'it\"s'",
    'invalid_number',
    "'it\"s'",
    'strings take double quotes: write `http.host eq "it\\"s"`',
  ],
  [
    "http.host eq 'a\\b'",
    'invalid_number',
    "'a\\b'",
    'strings take double quotes: write `http.host eq "a\\\\b"`',
  ],
  [
    "http.request.uri.path contains '/*'",
    'invalid_number',
    "'/*'",
    'strings take double quotes: write `http.request.uri.path contains "/*"`',
  ],
  [
    "http.user_agent not like '%bot%'",
    'expected_operator',
    "not like '%bot%'",
    '`not like` does not exist: write `not http.user_agent wildcard "%bot%"`',
  ],
  [
    'cf.threat_score in {10, 20}',
    'unexpected_comma',
    ',',
    'items of a set are separated by spaces, not commas: write `cf.threat_score in {10 20}`',
  ],
  [
    'cf.threat_score eq {10 20}',
    'expected_name',
    '{10 20}',
    'a set goes with `in`: write `cf.threat_score in {10 20}`',
  ],
  [
    'len(http.user_agent) eq "AS1"',
    'expected_name',
    '"AS1"',
    'an AS number has no `AS`: write `len(http.user_agent) eq 1`',
  ],
  [
    'http.request.timestamp.sec > "10"',
    'expected_name',
    '"10"',
    'numbers have no quotes: write `http.request.timestamp.sec > 10`',
  ],
  [
    'http.host eq "a" AND ssl',
    'eof',
    'AND',
    'operators are lower case: write `http.host eq "a" and ssl`',
  ],
  [
    'http.host eq "é" and http.user_agent not contains "日本"',
    'expected_operator',
    'not contains "日本"',
    '`not contains` does not exist: write `not http.user_agent contains "日本"`',
  ],
  [
    'http.host eq "😀" and ip.src eq "10.0.0.1"',
    'expected_name',
    '"10.0.0.1"',
    'addresses have no quotes: write `ip.src eq 10.0.0.1`',
  ],
]

const ADVISED: readonly Row[] = [
  [
    'ip.src in $Office',
    'invalid_list_name',
    'Office',
    'list names have lower-case letters, digits, _ and . only',
  ],
  [
    'ip.src in $my-list',
    'invalid_list_name',
    'my-list',
    'list names have lower-case letters, digits, _ and . only',
  ],
  ['ip.src in office', 'expected_literal', 'office', 'a set is written in braces: in {…}'],
  [
    'rate(5, 60)',
    'unknown_identifier',
    'rate',
    'an expression does not count requests, a rule below `rate_limits` does: `requests_per_period: 5`, `period: 60`',
  ],
  [
    'rate(5m) > 100',
    'unknown_identifier',
    'rate',
    'an expression does not count requests, a rule below `rate_limits` does',
  ],
  [
    'http.host eq "a" and rate(ip.src, 60) > 5',
    'unknown_identifier',
    'rate',
    'an expression does not count requests, a rule below `rate_limits` does',
  ],
  ['ssl = "x"', 'eof', ' = "x"', 'equality is `eq` or `==`'],
  ['ssl and and cf.client.bot', 'unknown_identifier', 'and', 'something is missing before `and`'],
  [
    'ssl, cf.client.bot',
    'eof',
    ', cf.client.bot',
    'conditions are joined by `and` or `or`, not by `,`',
  ],
  ['ssl cf.client.bot', 'eof', ' cf.client.bot', '`and` or `or` is missing before this condition'],
  [
    'http.host eq "a" http.host eq "b"',
    'eof',
    ' http.host eq "b"',
    '`and` or `or` is missing before this condition',
  ],
  [
    'http.user_agent matches "(?=a)b"',
    'invalid_regex',
    '(?=',
    'combine two comparisons with `and` / `not` instead',
  ],
  ['cf.threat_score gt 10 lt 20', 'eof', ' lt 20', 'each comparison has its own left side'],
  ['cf.threat_score > 10.5', 'eof', '.5', 'the language has whole numbers only'],
  [
    'http.host != not "a"',
    'invalid_number',
    'no',
    '`not` stands before the comparison: not x != …',
  ],
  [
    'if (ssl) then block',
    'unknown_identifier',
    'if',
    'an expression is a condition and nothing else: leave `if` out',
  ],
  [
    'ip.src.country in {"DE" "FR"} eq false',
    'eof',
    ' eq false',
    'a Bool needs no comparison: `ssl` or `not ssl`',
  ],
  ['http.user_agent contains', 'eof', '', 'a value is missing after `contains`'],
  ['http.host eq "a', 'missing_ending_quote', 'a', 'the `"` at the end of the string is missing'],
  ['ssl xor not', 'expected_name', '', 'something is missing after `not`'],
  ['http.host eq "a" and # why', 'expected_name', '# why', 'the language has no comments'],
]

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
