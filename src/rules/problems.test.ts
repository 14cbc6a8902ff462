import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import { loadRules } from './load.ts'

const problemsOf = (text: string, file = 'rules.yaml'): readonly Diagnostic[] => {
  try {
    loadRules([{ file, text }])
  } catch (error) {
    if (error instanceof EdgeError && error.code === 'invalid_rules') return error.diagnostics
    throw error
  }
  return []
}

/** Takes the marks «…» out of a text; each stands for one problem, in order. */
const unmark = (marked: string) => {
  const spans: { line: number; column: number; length: number }[] = []
  let text = ''
  let open = { line: 0, column: 0 }
  let start = 0
  for (const character of marked) {
    const before = text.slice(text.lastIndexOf('\n') + 1)
    const here = { line: text.split('\n').length, column: [...before].length + 1 }
    if (character === '«') {
      open = here
      start = text.length
    } else if (character === '»') {
      spans.push({ ...open, length: Math.max(1, [...text.slice(start)].length) })
    } else text += character
  }
  return { text, spans }
}

const spanOf = ({ line, column, length }: Diagnostic) => ({ line, column, length })

const expectProblems = (marked: string, codes: readonly string[]) => {
  const { text, spans } = unmark(marked)
  const problems = problemsOf(text)
  expect(problems.map(({ code }) => code)).toEqual(codes)
  expect(problems.map(spanOf)).toEqual(spans)
  const lines = text.split(/\r?\n/)
  for (const { sourceLine, line, file } of problems) {
    expect(sourceLine).toBe(lines[line - 1])
    expect(file).toBe('rules.yaml')
  }
  return problems
}

const rule = (when: string) => `rules:\n  - name: x\n    action: block\n    when: ${when}\n`

describe('a condition is refused at its place', () => {
  test.each([
    // country
    ['{ country: «UK» }', 'unknown_country', 'did you mean `GB`?'],
    ['{ country: [KP, «kp»] }', 'unknown_country', 'did you mean `KP`?'],
    ['{ country: «EU» }', 'unknown_country', 'that is a continent: write `continent: EU`'],
    ['{ country: «Germany» }', 'unknown_country', undefined],
    ['{ country: «"DE, FR"» }', 'unknown_country', 'write a list: `country: [DE, FR]`'],
    ['{ country: «DE FR» }', 'unknown_country', 'write a list: `country: [DE, FR]`'],
    ['{ country: «not DE» }', 'unknown_country', 'write `not: { country: DE }`'],
    ['{ country: «"!DE|FR"» }', 'unknown_country', 'write `not: { country: [DE, FR] }`'],
    ['{ country: «DE QQ» }', 'unknown_country', undefined],
    ['{ method: «GET POST» }', 'unknown_method', 'write a list: `method: [GET, POST]`'],
    ['{ asn: «AS1 AS2» }', 'invalid_asn', 'write a list: `asn: [AS1, AS2]`'],
    ['{ ip: «"10.0.0.1, $office"» }', 'invalid_ip', 'write a list: `ip: [10.0.0.1, $office]`'],
    ['{ ip: «not 10.0.0.0/8» }', 'invalid_ip', 'write `not: { ip: 10.0.0.0/8 }`'],
    ['{ country: «"QQ"» }', 'unknown_country', undefined],
    ['{ country: «ZZ» }', 'unknown_country', undefined],
    ['{ country: «1» }', 'wrong_type', 'write it in quotes: `"1"`'],
    ['{ country: «[]» }', 'empty_list', 'an empty list would never match: leave the key out'],
    ['{ «country»: }', 'wrong_type', undefined],
    ['{ country: [«[KP]»] }', 'wrong_type', undefined],
    // continent
    ['{ continent: «eu» }', 'unknown_continent', 'did you mean `EU`?'],
    ['{ continent: «XX» }', 'unknown_continent', undefined],
    // asn
    ['{ asn: «-1» }', 'invalid_asn', undefined],
    ['{ asn: «4294967296» }', 'invalid_asn', undefined],
    ['{ asn: «1.5» }', 'invalid_asn', undefined],
    ['{ asn: «1e3» }', 'invalid_asn', undefined],
    ['{ asn: «0x10» }', 'invalid_asn', undefined],
    ['{ asn: «AS» }', 'invalid_asn', undefined],
    ['{ asn: «Cloudflare» }', 'invalid_asn', undefined],
    ['{ asn: «1..2..3» }', 'invalid_asn', undefined],
    ['{ asn: «5..1» }', 'invalid_range', 'did you mean `1..5`?'],
    ['{ asn: «true» }', 'wrong_type', 'write it in quotes: `"true"`'],
    ['{ asn: «99999999999999999999» }', 'invalid_asn', undefined],
    // ip
    [
      '{ ip: «10.0.0.1/8» }',
      'host_bits_set',
      'did you mean `10.0.0.0/8` or the one address `10.0.0.1`?',
    ],
    [
      '{ ip: «"2001:db8::1/32"» }',
      'host_bits_set',
      'did you mean `2001:db8::/32` or the one address `2001:db8::1`?',
    ],
    ['{ ip: «10.0.0.0/33» }', 'invalid_ip', undefined],
    ['{ ip: «10.0.0.0/» }', 'invalid_ip', undefined],
    ['{ ip: «10.0.0.0/-1» }', 'invalid_ip', undefined],
    ['{ ip: «10.0.0.0/08» }', 'invalid_ip', undefined],
    ['{ ip: «2001:db8::/129» }', 'invalid_ip', undefined],
    ['{ ip: «256.0.0.1» }', 'invalid_ip', undefined],
    ['{ ip: «1.2.3» }', 'invalid_ip', undefined],
    ['{ ip: «010.0.0.1» }', 'invalid_ip', undefined],
    ['{ ip: «10/8» }', 'invalid_ip', undefined],
    ['{ ip: «localhost» }', 'invalid_ip', undefined],
    ['{ ip: «10» }', 'wrong_type', 'write it in quotes: `"10"`'],
    ['{ ip: «192.168.*» }', 'invalid_ip', 'did you mean `192.168.0.0/16`?'],
    ['{ ip: «192.168.1.*» }', 'invalid_ip', 'did you mean `192.168.1.0/24`?'],
    ['{ ip: «10.0.0.1-10.0.0.9» }', 'invalid_ip', 'did you mean `10.0.0.1..10.0.0.9`?'],
    ['{ ip: «10.0.0.9..10.0.0.1» }', 'invalid_range', 'did you mean `10.0.0.1..10.0.0.9`?'],
    ['{ ip: «"10.0.0.9..::1"» }', 'invalid_range', undefined],
    ['{ ip: «10.0.0.1..» }', 'invalid_ip', undefined],
    ['{ ip: «"fe80::1%eth0"» }', 'invalid_ip', 'did you mean `fe80::1`?'],
    ['{ ip: «"::ffff:192.0.2.1"» }', 'invalid_ip', 'did you mean `192.0.2.1`?'],
    ['{ ip: «"::ffff:10.0.0.0/104"» }', 'invalid_ip', 'did you mean `10.0.0.0/8`?'],
    ['{ ip: «"64:ff9b::192.0.2.1"» }', 'invalid_ip', 'did you mean `192.0.2.1`?'],
    [
      '{ ip: «"::ffff:10.0.0.1..::ffff:10.0.0.9"» }',
      'invalid_ip',
      'did you mean `10.0.0.1..10.0.0.9`?',
    ],
    ['{ ip: «$Office» }', 'invalid_list', 'did you mean `$office`?'],
    ['{ ip: «$» }', 'invalid_list', undefined],
    ['{ ip: [«[10.0.0.1]»] }', 'wrong_type', undefined],
    // user agent
    ['{ user_agent: «""» }', 'empty_text', 'for an absent or empty value write `{ empty: true }`'],
    ['{ user_agent: [curl, «1»] }', 'wrong_type', 'write it in quotes: `"1"`'],
    [
      '{ user_agent: a«**» }',
      'invalid_wildcard',
      'one `*` is enough: it matches any text, including `/`',
    ],
    ['{ user_agent: «{}» }', 'missing_key', undefined],
    [
      '{ user_agent: «{ or_empty: true }» }',
      'missing_key',
      'for empty values only write `empty: true`',
    ],
    ['{ user_agent: { «contain»: a } }', 'unknown_key', 'did you mean `contains`?'],
    ['{ user_agent: { «regex»: a } }', 'unknown_key', 'did you mean `matches`?'],
    ['{ user_agent: { «Contains»: a } }', 'unknown_key', 'did you mean `contains`?'],
    [
      '{ user_agent: { contains: «[]» } }',
      'empty_list',
      'an empty list would never match: leave the key out',
    ],
    [
      '{ user_agent: { contains: «{ a: 1 }» } }',
      'wrong_type',
      'in YAML, quote text that contains `: ` or ends with `:`',
    ],
    [
      '{ user_agent: { contains: a, or_empty: «yes» } }',
      'wrong_type',
      'did you mean `or_empty: true`?',
    ],
    ['{ user_agent: { contains: a, or_empty: «1» } }', 'wrong_type', undefined],
    [
      '{ user_agent: { contains: a, «empty»: true } }',
      'conflicting_keys',
      'to allow an empty value as well write `or_empty: true`',
    ],
    [
      '{ user_agent: { «matches»: a, ignore_case: true } }',
      'conflicting_keys',
      'start the regular expression with `(?i)` instead',
    ],
    [
      '{ user_agent: { «strict_wildcard»: a, ignore_case: true } }',
      'conflicting_keys',
      '`wildcard` ignores case',
    ],
    [
      '{ user_agent: { wildcard: "a«**»b" } }',
      'invalid_wildcard',
      'one `*` is enough: it matches any text, including `/`',
    ],
    [
      '{ user_agent: { «present»: true } }',
      'unknown_key',
      '`present` is for headers: did you mean `empty`?',
    ],
    ['{ user_agent: «"\\ud800"» }', 'invalid_text', undefined],
    // path
    ['{ path: «admin» }', 'invalid_path', 'did you mean `/admin`?'],
    [
      '{ path: «/a?b=c» }',
      'invalid_path',
      'for the query write `expression: http.request.uri.query contains "…"`',
    ],
    [
      '{ path: «"/a#b"» }',
      'invalid_path',
      'for the query write `expression: http.request.uri.query contains "…"`',
    ],
    [
      '{ path: /«**»/x }',
      'invalid_wildcard',
      'one `*` is enough: it matches any text, including `/`',
    ],
    [
      '{ path: "/\\x41\\"«**»" }',
      'invalid_wildcard',
      'one `*` is enough: it matches any text, including `/`',
    ],
    ['{ path: { equals: «admin» } }', 'invalid_path', 'did you mean `/admin`?'],
    ['{ path: { starts_with: «admin» } }', 'invalid_path', 'did you mean `/admin`?'],
    [
      '{ path: { contains: «"?"» } }',
      'invalid_path',
      'for the query write `expression: http.request.uri.query contains "…"`',
    ],
    ['{ path: { equals: /a, «or_empty»: true } }', 'unknown_key', 'a path is never empty'],
    // host
    ['{ host: «https://example.com/» }', 'invalid_host', 'did you mean `example.com`?'],
    ['{ host: «example.com:8080» }', 'invalid_host', 'did you mean `example.com`?'],
    ['{ host: «example.com/a» }', 'invalid_host', 'did you mean `example.com`?'],
    [
      '{ host: «münchen.example» }',
      'invalid_host',
      'host names arrive in ASCII: did you mean `xn--mnchen-3ya.example`?',
    ],
    ['{ host: «"a b"» }', 'invalid_host', undefined],
    ['{ host: «.» }', 'invalid_host', undefined],
    ['{ host: { equals: «a b» } }', 'invalid_host', undefined],
    [
      '{ host: { «strict_wildcard»: a } }',
      'unknown_key',
      'host names are case-insensitive: did you mean `wildcard`?',
    ],
    [
      '{ host: { equals: a, «ignore_case»: true } }',
      'unknown_key',
      'host names are case-insensitive: leave it out',
    ],
    // method
    ['{ method: «get» }', 'unknown_method', 'did you mean `GET`?'],
    ['{ method: «PSOT» }', 'unknown_method', 'did you mean `POST`?'],
    [
      '{ method: «FROBNICATE» }',
      'unknown_method',
      'for a custom method write `expression: http.request.method eq "…"`',
    ],
    // header
    ['{ header: «accept» }', 'wrong_type', 'did you mean `header: { accept: { present: true } }`?'],
    ['{ header: «[a]» }', 'wrong_type', undefined],
    ['{ header: «{}» }', 'empty_condition', undefined],
    ['{ header: { «"x y"»: a } }', 'invalid_header_name', undefined],
    ['{ header: { «"x:"»: a } }', 'invalid_header_name', 'did you mean `x`?'],
    ['{ header: { Accept: a, «accept»: b } }', 'duplicate_key', undefined],
    ['{ header: { x: «1» } }', 'wrong_type', 'write it in quotes: `"1"`'],
    ['{ header: { x: «true» } }', 'wrong_type', 'write it in quotes: `"true"`'],
    ['{ header: { x: { «present»: true, contains: a } } }', 'conflicting_keys', undefined],
    ['{ header: { x: { present: «maybe» } } }', 'wrong_type', undefined],
    // fingerprints
    [
      '{ ja3: «CD08E31494F9531F560D64C695473DA9» }',
      'invalid_ja3',
      'did you mean `cd08e31494f9531f560d64c695473da9`?',
    ],
    ['{ ja3: «abc» }', 'invalid_ja3', undefined],
    [
      '{ ja3: «12345678901234567890123456789012» }',
      'wrong_type',
      'write it in quotes: `"12345678901234567890123456789012"`',
    ],
    [
      '{ ja4: «t13d*» }',
      'invalid_ja4',
      'for a part of it write `expression: cf.bot_management.ja4 wildcard "t13d*"`',
    ],
    ['{ ja4: «cd08e31494f9531f560d64c695473da9» }', 'invalid_ja4', undefined],
    // structure
    ['«{}»', 'empty_condition', 'to match every request write `expression: true`'],
    ['{ not: «{}» }', 'empty_condition', 'to match every request write `expression: true`'],
    ['{ any: «[]» }', 'empty_list', 'an empty list would never match: leave the key out'],
    [
      '{ all: [{ method: GET }, «{}»] }',
      'empty_condition',
      'to match every request write `expression: true`',
    ],
    [
      '{ not: «curl» }',
      'wrong_type',
      'for text of the Rules language use `expression:` instead of `when:`',
    ],
    [
      '«http.host eq "a"»',
      'wrong_type',
      'for text of the Rules language use `expression:` instead of `when:`',
    ],
    ['«[{ path: /a }]»', 'wrong_type', undefined],
    ['{ «usr_agent»: curl }', 'unknown_key', 'did you mean `user_agent`?'],
    ['{ «countries»: [KP] }', 'unknown_key', 'did you mean `country`?'],
    ['{ «url»: /a }', 'unknown_key', 'did you mean `path`?'],
    ['{ «or»: [] }', 'unknown_key', 'did you mean `any`?'],
    ['{ «Path»: /a }', 'unknown_key', 'did you mean `path`?'],
    [
      '{ «<<»: { path: /a } }',
      'unknown_key',
      'YAML merge keys are not supported: use an alias as a whole',
    ],
    ['{ not: { «pth»: /a } }', 'unknown_key', 'did you mean `path`?'],
    ['{ path: /a, «path»: /b }', 'duplicate_key', undefined],
    ['{ «1»: a }', 'wrong_type', undefined],
    [
      '{ host: «*.example.com» }',
      'unknown_alias',
      "in YAML a leading `*` refers to an anchor: write '*.example.com' in quotes if it is text",
    ],
  ])('%s: %s', (when, code, help) => {
    const [problem] = expectProblems(rule(when), [code])
    expect(problem?.help).toBe(help)
  })
})

describe('a rule is refused at its place', () => {
  const HELP_NAME = 'events show the name: describe the purpose of the rule'
  const ALLOW = 'to let requests skip the rules below, use `skip`'
  const W = 'when: { path: /a }'

  test.each([
    [`«action: block, ${W}»`, ['missing_key'], HELP_NAME],
    [`«name: a, ${W}»`, ['missing_key'], undefined],
    ['«name: a, action: log»', ['missing_key'], undefined],
    [
      `name: a, action: log, ${W}, «expression»: ssl`,
      ['conflicting_keys'],
      'put both into one expression, joined by `and`',
    ],
    [`«nme»: a, action: log, ${W}`, ['unknown_key'], 'did you mean `name`?'],
    [`name: a, «actoin»: log, ${W}`, ['unknown_key'], 'did you mean `action`?'],
    ['name: a, action: log, «wen»: { path: /a }', ['unknown_key'], 'did you mean `when`?'],
    ['name: a, action: log, «if»: { path: /a }', ['unknown_key'], 'did you mean `when`?'],
    [`name: a, action: log, ${W}, «disabled»: true`, ['unknown_key'], 'did you mean `enabled`?'],
    [
      `name: a, action: log, ${W}, «zzzzzzz»: true`,
      ['unknown_key'],
      'known keys: name, id, description, enabled, action, when, expression, page, response, skip, logging',
    ],
    [`name: a, action: «allow», ${W}`, ['unknown_action'], ALLOW],
    [`name: a, action: «Bypass», ${W}`, ['unknown_action'], ALLOW],
    [`name: a, action: «deny», ${W}`, ['unknown_action'], 'did you mean `block`?'],
    [
      `name: a, action: «managed-challenge», ${W}`,
      ['unknown_action'],
      'did you mean `managed_challenge`?',
    ],
    [`name: a, action: «BLOCK», ${W}`, ['unknown_action'], 'did you mean `block`?'],
    [`name: a, action: «blok», ${W}`, ['unknown_action'], 'did you mean `block`?'],
    [`name: a, action: «constructor», ${W}`, ['unknown_action'], undefined],
    [`name: a, action: «[block]», ${W}`, ['wrong_type'], undefined],
    [`name: a, action: «true», ${W}`, ['wrong_type'], 'write it in quotes: `"true"`'],
    [`name: a, «action»: , ${W}`, ['wrong_type'], undefined],
    [`name: «404», action: log, ${W}`, ['wrong_type'], 'write it in quotes: `"404"`'],
    [`name: «""», action: log, ${W}`, ['empty_text'], undefined],
    [`name: «" "», action: log, ${W}`, ['invalid_text'], undefined],
    [`name: «"a\\nb"», action: log, ${W}`, ['invalid_text'], undefined],
    [`name: «"a\\e[31m"», action: log, ${W}`, ['invalid_text'], undefined],
    [
      `name: «${'é'.repeat(201)}», action: log, ${W}`,
      ['text_too_long'],
      'put the rest into `description`',
    ],
    [`id: «a b», action: log, ${W}`, ['invalid_id'], 'did you mean `a-b`?'],
    [`id: «"!"», action: log, ${W}`, ['invalid_id'], undefined],
    [`id: «-a», action: log, ${W}`, ['invalid_id'], 'did you mean `a`?'],
    [`id: «${'a'.repeat(101)}», action: log, ${W}`, ['invalid_id'], undefined],
    [`id: «1020», action: log, ${W}`, ['wrong_type'], 'write it in quotes: `"1020"`'],
    [`name: a, action: log, ${W}, enabled: «no»`, ['wrong_type'], 'did you mean `enabled: false`?'],
    [`name: a, action: log, ${W}, enabled: «On»`, ['wrong_type'], 'did you mean `enabled: true`?'],
    [`name: a, action: log, ${W}, enabled: «0»`, ['wrong_type'], undefined],
    [`name: a, action: log, ${W}, «enabled»:`, ['wrong_type'], undefined],
    [`name: a, action: log, ${W}, description: «[]»`, ['wrong_type'], undefined],
    [
      `name: a, action: log, ${W}, description: «${'a'.repeat(2001)}»`,
      ['text_too_long'],
      undefined,
    ],
    ['name: a, action: log, expression: «1»', ['wrong_type'], 'write it in quotes: `"1"`'],
    ['name: a, action: log, expression: «[ssl]»', ['wrong_type'], undefined],
    ['name: a, action: log, «expression»:', ['wrong_type'], undefined],
    ['name: a, action: log, «when»:', ['wrong_type'], undefined],
    [
      'name: a, action: log, expression: «!ssl»',
      ['unknown_tag'],
      'in YAML a leading `!` is a tag: quote the text, or write `not` to negate',
    ],
    [
      'name: a, enabled: false, action: log, when: { country: «UK» }',
      ['unknown_country'],
      'did you mean `GB`?',
    ],
  ])('%s: %s', (body, codes, help) => {
    const whole = body.startsWith('«') && body.endsWith('»')
    const marked = whole ? `«{ ${body.slice(1, -1)} }»` : `{ ${body} }`
    const other = '{ name: other, action: log, when: { path: /b } }'
    const [problem] = expectProblems(`rules:\n  - ${other}\n  - ${marked}\n`, codes)
    expect(problem?.help).toBe(help)
  })
})

describe('a document is refused at its place', () => {
  test.each([
    ['nothing', '«»', ['empty_document'], 'the smallest document is `rules: []`'],
    ['only a comment', '«#» rules', ['empty_document'], 'the smallest document is `rules: []`'],
    ['null', '«»~', ['empty_document'], 'the smallest document is `rules: []`'],
    ['a document mark', '«-»--\n', ['empty_document'], 'the smallest document is `rules: []`'],
    ['a list', '«- name: a»\n', ['wrong_type'], 'put the list below `rules:`'],
    ['a text', '«rules»', ['wrong_type'], undefined],
    ['no rules', '«name: a»', ['missing_key'], 'the smallest document is `rules: []`'],
    [
      'one rule',
      '«name: a»\nwhen: { path: /a }\naction: block',
      ['missing_key'],
      'put it in a list, `rules: [ … ]`',
    ],
    [
      'one rule of Cloudflare’s language, with a mistake',
      '«{ name: a, expression: nothing, acton: 1 }»',
      ['missing_key'],
      'put it in a list, `rules: [ … ]`',
    ],
    [
      'a misspelled list of rules beside an action',
      '«ruels»: []\n«action»: block',
      ['unknown_key', 'unknown_key'],
      'did you mean `rules`?',
    ],
    [
      'rules without items',
      '«rules»:',
      ['wrong_type'],
      'for a document without rules write `rules: []`',
    ],
    [
      'rules as a mapping',
      'rules: «{ a: 1 }»',
      ['wrong_type'],
      'write `- ` before the first key of each rule',
    ],
    ['rules as text', 'rules: «none»', ['wrong_type'], undefined],
    ['a rule that is text', 'rules: [«curl»]', ['wrong_type'], undefined],
    ['a rule that is nothing', '«rules»:\n  -\n', ['wrong_type'], undefined],
    [
      'a rule on top',
      'rules: []\n«action»: block',
      ['unknown_key'],
      'rules are items of the list below `rules:`',
    ],
    ['a misspelled key', '«ruels»: []', ['unknown_key'], 'did you mean `rules`?'],
    [
      'a name that is not text',
      'name: «1»\nrules: []',
      ['wrong_type'],
      'write it in quotes: `"1"`',
    ],
    [
      'a schema that is not text',
      '$schema: «true»\nrules: []',
      ['wrong_type'],
      'write it in quotes: `"true"`',
    ],
    ['two documents', 'rules: []\n«---»\nrules: []\n', ['several_documents'], undefined],
    ['two keys', 'rules: []\n«rules»: []\n', ['duplicate_key'], undefined],
    [
      'a tab',
      'rules:\n«\t»- name: x',
      ['invalid_yaml'],
      'YAML is indented with spaces: replace the tab',
    ],
    [
      'an open list',
      'rules: [a«»',
      ['invalid_yaml'],
      'check the indentation and the closing brackets',
    ],
    [
      'a bad escape',
      'rules: "a«\\»q"',
      ['invalid_yaml'],
      'write backslashes twice, or use single quotes',
    ],
    [
      'a reserved character',
      'rules: «@»a',
      ['invalid_yaml'],
      'quote text that starts with this character',
    ],
    ['a loop', 'rules: &a [«*a»]', ['alias_loop'], undefined],
    [
      'an unknown alias',
      'rules: [«*a»]',
      ['unknown_alias'],
      "in YAML a leading `*` refers to an anchor: write '*a' in quotes if it is text",
    ],
    ['a binary value', 'name: !!binary «YQ==»\nrules: []', ['wrong_type'], undefined],
    ['a list as a key', 'rules: []\n? «[a]»\n: b', ['wrong_type'], undefined],
  ])('%s', (_, marked, codes, help) => {
    const [problem] = expectProblems(marked, codes)
    expect(problem?.help).toBe(help)
  })

  test.each([
    ['flow lists', '['],
    ['flow mappings', '{a: '],
    ['block lists', '- '],
    ['complex keys', '? '],
  ])('nesting of %s is bounded', (_, opening) => {
    for (const times of [100, 20_000]) {
      expect(problemsOf(`${opening.repeat(times)}a`).map(({ code }) => code)).toEqual(['too_deep'])
    }
  })

  test('an alias bomb is refused', () => {
    const rows = [...'bcdefgh'].map((name, i) => {
      const before = 'abcdefg'[i]
      return `${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`
    })
    const text = ['a: &a [x, x, x, x, x, x, x, x, x, x]', ...rows, 'rules: []'].join('\n')
    expect(problemsOf(text).filter(({ code }) => code === 'too_large')).toHaveLength(1)
  })

  test('a document of more than a mebi-character is refused', () => {
    const [problem] = problemsOf(`# ${'a'.repeat(2 ** 20)}\nrules: []`)
    expect(problem?.code).toBe('too_large')
    expect(problem?.message).toContain('expected at most 1048576')
    expect(problemsOf(`# ${'a'.repeat(2 ** 20 - 12)}\nrules: []`)).toEqual([])
  })

  test('columns count characters, also on lines with carriage returns', () => {
    expectProblems('rules:\r\n  - { name: "é😀", action: «nix», when: { path: /a } }\r\n', [
      'unknown_action',
    ])
  })

  test('a byte order mark does not shift the columns', () => {
    expect(problemsOf('\ufeffruels: []').map(spanOf)).toEqual([{ line: 1, column: 1, length: 5 }])
  })
})

describe('many problems', () => {
  test('all are reported, in the order of the source', () => {
    expectProblems(
      `«nam»: x
rules:
  - «nme»: a
    action: «allow»
    when: { «usr_agent»: curl, country: [«UK», KP, «kp»], ip: [«10.0.0.1/8»] }
  - name: b
    «when»:
    enabled: «no»
    action: block
`,
      [
        'unknown_key',
        'unknown_key',
        'unknown_action',
        'unknown_key',
        'unknown_country',
        'unknown_country',
        'host_bits_set',
        'wrong_type',
        'wrong_type',
      ]
    )
  })

  test('those of all files come in one error, by file', () => {
    try {
      loadRules([
        { file: 'b.yaml', text: 'rules: [' },
        { file: 'good.yaml', text: 'rules: []' },
        { file: 'a.yaml', text: 'rules: 1' },
      ])
      expect.unreachable()
    } catch (error) {
      const { code, diagnostics, message } = error as EdgeError
      expect(code).toBe('invalid_rules')
      expect(diagnostics.map(({ file }) => file)).toEqual(['b.yaml', 'a.yaml'])
      expect(message).toContain('b.yaml:1:9: error: ')
      expect(message).toContain('a.yaml:1:8: error: expected a list of rules')
      expect(message).toMatch(/\n\n2 problems in the rule documents: nothing was loaded$/)
    }
  })

  test('a problem below an anchor is reported once, where it stands', () => {
    expectProblems(
      `rules:
  - { name: a, action: log, when: &w { country: «UK» } }
  - { name: b, action: log, when: *w }
`,
      ['unknown_country']
    )
  })

  test('of thousands, the first thousand are kept and the rest is said', () => {
    const bad = '  - { name: a, action: nix, when: { country: UK } }\n'
    try {
      loadRules([{ file: 'rules.yaml', text: `rules:\n${bad.repeat(2000)}` }])
      expect.unreachable()
    } catch (error) {
      const { diagnostics, message } = error as EdgeError
      expect(diagnostics).toHaveLength(1000)
      expect(message).toMatch(/1000 or more problems in the rule documents: nothing was loaded$/)
    }
  })

  test('warnings do not crowd errors out', () => {
    const odd = (i: number) => `  - { name: a${i}, action: log, when: { path: /é } }\n`
    const many = Array.from({ length: 1500 }, (_, i) => odd(i)).join('')
    const problems = problemsOf(`rules:\n${many}  - { name: x, action: nix, expression: ssl }\n`)
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1)
    expect(problems).toHaveLength(1001)
  })

  test('an alias stands for the last anchor before it', () => {
    const text = `rules:
  - { name: a, action: log, when: { path: &p /a } }
  - { name: b, action: log, when: { path: *p } }
  - { name: c, action: log, when: { path: &p /c } }
  - { name: d, action: log, when: { path: *p } }
`
    const { rules } = loadRules([{ file: 'r', text }])
    expect(rules.map(({ expression }) => expression.source.at(-2))).toEqual(['a', 'a', 'c', 'c'])
  })
})
