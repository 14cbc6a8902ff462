import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { compile } from './compile.ts'
import { customRuleScheme } from './defaults.ts'
import { diagnose, problems, read, scheme } from './given.fixture.ts'
import { Parser } from './parser.ts'

const first = (expression: string) => diagnose(expression)[0]

/** The parser's own help. If `mend/` is loaded, it replaces this help with the corrected text. */
const helpOf = (expression: string) => {
  const parser = new Parser(expression, scheme)
  parser.filter()
  return parser.problems.toSorted((x, y) => x.start - y.start)[0]?.help
}

describe('help', () => {
  test.each([
    ['txt eq "a"', 'did you mean `text`?'],
    ['tetx eq "a"', 'did you mean `text`?'],
    ['TEXT eq "a"', 'did you mean `text`?'],
    ['adress in {::/0}', 'did you mean `address`?'],
    ['peer_address eq ::', 'did you mean `peer.address`?'],
    ['LOWER(text) eq "a"', 'did you mean `lower`?'],
    ['startswith(text, "a")', 'did you mean `starts_with`?'],
    ['lower(txt) eq "a"', 'did you mean `text`?'],
    ['text not in {"a"}', '`not in` does not exist: write `not text in {…}`'],
    ['text not  in {"a"}', '`not in` does not exist: write `not text in {…}`'],
    ['text not contains "a"', '`not contains` does not exist: write `not text contains …`'],
    ['text !contains "a"', '`!contains` does not exist: write `not text contains …`'],
    [
      'lower(text) does not contain "a"',
      '`does not contain` does not exist: write `not lower(text) contains …`',
    ],
    ['flag and (text not eq "a")', '`not eq` does not exist: write `not text eq …`'],
    [
      'text not starts_with "a"',
      '`not starts_with` does not exist: write `not starts_with(text, "…")`',
    ],
    [
      `${'lower('.repeat(20)}text${')'.repeat(20)} not eq "a"`,
      '`not eq` does not exist: write `not x eq …`',
    ],
    ['text !~ "a"', '`!~` does not exist: write `not text matches …`'],
    ['text =~ "a"', 'patterns are `matches` or `~`'],
    ['text has "a"', 'text is searched with `contains`'],
    ['text contain "a"', 'text is searched with `contains`'],
    ['text contains not "a"', '`not` stands before the comparison: not x contains …'],
    ['text = "a"', 'equality is `eq` or `==`'],
    ['text === "a"', 'equality is `eq` or `==`'],
    ['text <> "a"', 'inequality is `ne` or `!=`'],
    ['text is "a"', 'equality is `eq` or `==`; patterns are `wildcard` or `matches`'],
    ['text like "a"', 'equality is `eq` or `==`; patterns are `wildcard` or `matches`'],
    ['text starts_with "/a"', 'starts_with is a function: starts_with(text, "/a")'],
    ['text ends_with "a"', 'ends_with is a function: ends_with(text, "a")'],
    ['text startsWith "a"', 'starts_with is a function: starts_with(text, "a")'],
    ['text starts with "a"', 'starts_with is a function: starts_with(text, "a")'],
    ['text ends_with other', 'ends_with is a function: ends_with(text, "…")'],
    ['text EQ "a"', 'operators are lower case'],
    ['text CONTAINS "a"', 'operators are lower case'],
    ['flag AND ssl', 'operators are lower case'],
    ['NOT flag', 'operators are lower case: `not`'],
    ['ANY(flags)', 'operators are lower case: `any`'],
    ['and flag', 'something is missing before `and`'],
    ['flag and and ssl', 'something is missing before `and`'],
    ['(or flag)', 'something is missing before `or`'],
    ['any', '`any` takes an array in parentheses: any(field[*] eq "…")'],
    ["text eq 'a'", 'strings take double quotes: "a"'],
    ["text matches 'a'", 'strings take double quotes: "a"'],
    ["text wildcard 'a'", 'strings take double quotes: "a"'],
    ["text in {'a' 'b'}", 'strings take double quotes: "a"'],
    ["starts_with(text, 'a')", 'strings take double quotes: "a"'],
    ['text eq \'say "a"\'', 'strings take double quotes: "say \\"a\\""'],
    [`text eq '${'a'.repeat(100)}'`, 'strings take double quotes: "text"'],
    ['text eq “a b”', 'strings take double quotes: "a b"'],
    ['text eq „a“', 'strings take double quotes: "a"'],
    ['text eq `a`', 'strings take double quotes: "a"'],
    ['text eq shop.test', 'strings take double quotes: "shop.test"'],
    ['text eq ab.test', 'strings take double quotes: "ab.test"'],
    ['text contains /a', 'strings take double quotes: "/a"'],
    ['text in {other}', 'only equality and ordering operators take a field on the right'],
    ['text eq 80', 'strings take double quotes: "80"'],
    ['text eq null', 'the language has no null: an empty value is ""'],
    [
      'text matches /a/i',
      'a pattern is a string: matches "…", with (?i) at the start to ignore case',
    ],
    ['text eq', 'a value is missing after `eq`'],
    ['(text == )', 'a value is missing after `==`'],
    ['number gt and flag', 'a value is missing after `gt`'],
    ['text eq {"a"}', 'a set goes with `in`: in {…}'],
    ['text eq $office', 'a list goes with `in`: in $office'],
    ['text contains $office.a', 'a list goes with `in`: in $office.a'],
    ['address in {$office}', 'write a list without braces: in $office'],
    ['number in {80 $ports}', 'write a list without braces: in $ports'],
    ['text in {"a" "b"', 'the set is not closed: `}` is missing'],
    ['(address in {::1 )', 'the set is not closed: `}` is missing'],
    ['number eq "80"', 'expected a value of type Int, written without quotes'],
    ['number in {"80" "81"}', 'expected a value of type Int, written without quotes'],
    ['number eq "many"', 'expected a value of type Int, written without quotes'],
    ['number eq "AS13335"', 'expected a value of type Int, written without quotes'],
    ['number contains "1"', '`contains` compares text: numbers go with eq, lt, gt … or in {…}'],
    ["address eq '::1'", 'expected a value of type Ip, written without quotes'],
    ['address in {"::1"}', 'expected a value of type Ip, written without quotes'],
    ['address in {"10.0.0.0/8"}', 'expected a value of type Ip, written without quotes'],
    ['address eq "10.0.0.0/8"', 'expected a value of type Ip, written without quotes'],
    ['address eq "203.0.*.*"', 'expected a value of type Ip, written without quotes'],
    [
      'address wildcard "203.0.113.*"',
      'addresses are compared with eq, or with in and networks: in {203.0.113.0/24}',
    ],
    [
      'address contains "203.0."',
      'addresses are compared with eq, or with in and networks: in {203.0.113.0/24}',
    ],
    ['number eq limt', 'did you mean `limit`?'],
    ['number in {80, 443}', 'items of a set are separated by spaces, not commas'],
    ['text in "a"', 'a set is written in braces: in {…}'],
    ['text in ["a"]', 'a set is written in braces: in {…}'],
    ['text in $Bad', 'list names have lower-case letters, digits, _ and . only'],
    ['address in {10.0.0.1/8}', 'CIDR has host bits set: did you mean 10.0.0.0/8?'],
    ['address eq 10.0.0.0/8', 'a network goes into a set: in {10.0.0.0/8}'],
    ['items eq "a"', 'index one element, or compare every one with [*] inside any(…) or all(…)'],
    ['items [0] eq "a"', 'an index follows its field without a space'],
    ['items[*] eq "a"', 'wrap it in any(…) or all(…)'],
    ['any(text eq "a")', 'compare every element: field[*] == "…"'],
    ['flag == true', 'a Bool needs no comparison: `ssl` or `not ssl`'],
    ['flag # why', 'the language has no comments'],
    ['flag // why', 'the language has no comments'],
    ['flag /* why */', 'the language has no comments'],
    ['(flag # why\n)', 'the language has no comments'],
    ['flag and # why\nssl', 'the language has no comments'],
    ['# why\nflag', 'the language has no comments'],
    ['text eq # why\n"a"', 'the language has no comments'],
    ['address in {::1 # why\n::2}', 'the language has no comments'],
    ['text in {"a" # why\n"b"}', 'the language has no comments'],
    ['any(flags # why\n)', 'the language has no comments'],
    ['(flag\tand ssl)', 'only spaces and line ends separate words: no TAB, no no-break space'],
    ['flag and', 'something is missing after `and`'],
    ['(flag or )', 'something is missing after `or`'],
    ['not', 'something is missing after `not`'],
    ['"a" eq text', 'a comparison begins with a field or a function: field eq "…"'],
    ['443 eq number', 'a comparison begins with a field or a function: field eq "…"'],
    ['flag)', 'this parenthesis has no opening one'],
    ['flag\tand ssl', 'only spaces and line ends separate words: no TAB, no no-break space'],
    ['', 'an expression is expected here'],
    ['concat(text, items[*]) eq "a"', '[*] belongs in the first argument of a call'],
    ['text eq lower(items[*])[*]', '[*] belongs on the left of a comparison'],
  ])('%s: %s', (expression, help) => {
    expect(helpOf(expression)).toBe(help)
  })

  test.each([
    'xyzzy eq "a"',
    'ssl flag',
    'text eq "a',
    'text eq 61:6',
    'text in {61:6}',
    'flag starts_with(text, "a")',
    'text not starts_with(text, "a")',

    'address eq 1.2.3',
    'number eq 99999999999999999999',
  ])('%s gets none', (expression) => {
    expect(diagnose(expression)).not.toEqual([])
    expect(helpOf(expression)).toBeUndefined()
  })

  test.each([
    ['ip.src.contry eq "DE"', 'did you mean `ip.src.country`?'],
    ['ip.geoip.contry eq "DE"', 'did you mean `ip.geoip.country`?'],
    ['http.useragent contains "curl"', 'did you mean `http.user_agent`?'],
    ['http.request.uri_path eq "/"', 'did you mean `http.request.uri.path`?'],
    ['http.request.header["a"][0] eq "b"', 'did you mean `http.request.headers`?'],
  ])('in a real rule, %s: %s', (expression, help) => {
    expect(() => compile(expression, { scheme: customRuleScheme })).toThrow(`help: ${help}`)
  })
})

describe('arguments', () => {
  test.each([
    ['lower() eq "a"', 'invalid_argument_count at lower()', 'expected 1, but got 0'],
    ['lower(text, text) eq "a"', 'invalid_argument_count at text', 'expected 1, but got 2'],
    ['substring(text) eq "a"', 'invalid_argument_count at substring(text)', 'but got 1'],
    [
      'wildcard_replace("A", "*", "b") eq "a"',
      'invalid_argument_kind at "A"',
      'expected argument of kind Field, but got Literal',
    ],
    [
      'regex_replace(text, other, "b") eq "a"',
      'invalid_argument_kind at other',
      'expected argument of kind Literal, but got Field',
    ],
    ['lower(number) eq "a"', 'invalid_argument_type at number', 'of type Bytes, but got Int'],
    ['lower(items) eq "a"', 'invalid_argument_type at items', 'but got Array<Bytes>'],
    ['starts_with(text, 1)', 'invalid_argument_type at 1', 'of type Bytes, but got Int'],
    ['lower(text eq "a") eq "a"', 'invalid_argument_type at text eq "a"', 'but got Bool'],
    ['lower(text', 'expected_literal at ', 'expected literal ")"'],
    ['lower(text, ) eq "a"', 'expected_name at )', 'expected an argument'],
    ['lower(text other) eq "a"', 'expected_literal at other) eq "a"', 'expected literal ","'],
    ['lower(text and flag) eq "a"', 'expected_literal at and flag) eq "a"', 'expected literal ","'],
    ['lower(text EQ "a") eq "a"', 'expected_operator at EQ "a") eq "a"', 'comparison operator'],
    ['lower(\'a\') eq "a"', 'eof at \'a\') eq "a"', 'unrecognised input'],
    ['lower(+1) eq "a"', 'eof at +1) eq "a"', 'unrecognised input'],
    ['lower(12z) eq "a"', 'unknown_identifier at 12z', 'unknown identifier'],
    ['lower(host.name) eq "a"', 'unknown_identifier at host.name', 'unknown identifier'],
    [
      'substring(text, 99999999999999999999) eq "a"',
      'invalid_number at 99999999999999999999',
      'too large',
    ],
    ['lower(,) eq "a"', 'expected_name at ,', 'expected an argument'],
  ])('%s: %s', (expression, problem, message) => {
    expect(problems(expression)[0]).toContain(problem)
    expect(first(expression)?.message).toContain(message)
  })

  test('a field that the phase does not have says why', () => {
    expect(first('status eq 200')).toMatchObject({
      code: 'unusable_field',
      message: '`status` is a field of the response',
      column: 1,
      length: 6,
    })
  })
})

describe('place', () => {
  test.each<[string, number, number, number, string]>([
    ['xyz', 1, 1, 3, 'xyz'],
    ['flag and xyz', 1, 10, 3, 'flag and xyz'],
    ['flag and\nxyz', 2, 1, 3, 'xyz'],
    ['flag\n  and\n    xyz or ssl', 3, 5, 3, '    xyz or ssl'],
    ['flag and\r\nxyz', 2, 1, 3, 'xyz'],
    ['\n\nxyz', 3, 1, 3, 'xyz'],
    // Columns and lengths are bytes, as the engine counts them.
    ['text eq "é" and xyz', 1, 18, 3, 'text eq "é" and xyz'],
    ['text eq "😀" and xyz', 1, 20, 3, 'text eq "😀" and xyz'],
    ['flag ééé', 1, 5, 7, 'flag ééé'],
    // The underline ends with its line.
    ['flag xyz\nssl', 1, 5, 4, 'flag xyz'],
    ['text eq "abc\ndef', 1, 10, 3, 'text eq "abc'],
    ['text in {"a"\n, "b"}', 2, 1, 1, ', "b"}'],
    ['', 1, 1, 1, ''],
    ['flag and', 1, 9, 1, 'flag and'],
  ])('of what is wrong with %j', (expression, line, column, length, sourceLine) => {
    expect(diagnose(expression)).toMatchObject([
      { severity: 'error', line, column, length, sourceLine },
    ])
  })

  test.each([
    ['text matches r"a(b"', 'invalid_regex'],
    ['text matches "a(b"', 'invalid_regex'],
    ['text matches r#"[z-a]"#', 'invalid_regex'],
    ['text matches r"\\p{Greek}"', 'invalid_regex'],
    ['text matches "(?=a)"', 'invalid_regex'],
    ['text matches r"(a)\\1"', 'invalid_regex'],
  ])('of a pattern is inside it: %s', (expression, code) => {
    const [problem] = diagnose(expression)
    expect(problem?.code).toBe(code)
    expect(problem!.column).toBeGreaterThan('text matches "'.length)
    expect(problem!.column - 1 + problem!.length).toBeLessThan(expression.length)
  })
})

describe('the thrown error', () => {
  test('is one EdgeError with the pictures of all problems', () => {
    const run = () => read('xyz eq "a" or txt eq "b"')
    expect(run).toThrow(EdgeError)
    expect(run).toThrow(
      [
        'Filter parsing error (1:1):',
        'xyz eq "a" or txt eq "b"',
        '^^^ unknown identifier',
        '',
        'Filter parsing error (1:15):',
        'xyz eq "a" or txt eq "b"',
        '              ^^^ unknown identifier',
        'help: did you mean `text`?',
        '',
      ].join('\n')
    )
  })

  test('has a stable code', () => {
    expect(() => read('xyz')).toThrow(expect.objectContaining({ code: 'invalid_expression' }))
  })
})
