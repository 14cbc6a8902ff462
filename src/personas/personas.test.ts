import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { formatIp } from '../lists/ip.ts'
import { readPersonas } from './personas.ts'

const load = (text: string, file = 'personas.yaml') => readPersonas([{ file, text }])

/** Diagnostics of one persona with these lines, `key: value` each. */
const problemsOf = (...texts: string[]) => {
  try {
    readPersonas(texts.map((text, i) => ({ file: `${'ab'[i]}.yaml`, text })))
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    expect(error.code).toBe('invalid_personas')
    return error.diagnostics
  }
  return []
}

/** Code, place and help of each problem: `code line:column+length help`. */
const brief = (...texts: string[]) =>
  problemsOf(...texts).map(
    ({ code, line, column, length, help }) =>
      `${code} ${line}:${column}+${length}${help === undefined ? '' : ` ${help}`}`
  )

describe('a file of personas', () => {
  const personas = load(`
personas:
  - name: office
    description: our own people
    ip: ::ffff:203.0.113.7
    country: DE
    asn: AS64500
    headers:
      sec-ch-ua: '"Chromium";v="149"'
      User-Agent: Mozilla/5.0 (Zürich)
      DNT: 1
      X-Twice: [a, b]
      X-Empty: ''
    ja3: e7d705a3286e19ea42f587b344ee6865
    ja4: t13d1516h2_8daaf6152771_d8a2da3f94cd
    tls_version: TLSv1.2
    http_version: HTTP/3
    fields: { cf.bot_management.score: 99, ip.src.city: Zürich, http.request.headers: { a: [b] } }
  - name: nobody
  - { name: short, asn: 0, user_agent: x/1.0, headers: { accept: '*/*' } }
`)

  test('gives all that it says', () => {
    const office = personas.get('office')!
    expect({ ...office, ip: formatIp(office.ip!), fields: { ...office.fields } }).toEqual({
      name: 'office',
      description: 'our own people',
      ip: '203.0.113.7',
      country: 'DE',
      asn: 64500,
      userAgent: 'Mozilla/5.0 (Z\xc3\xbcrich)',
      headers: [
        'sec-ch-ua',
        '"Chromium";v="149"',
        'User-Agent',
        'Mozilla/5.0 (Z\xc3\xbcrich)',
        'DNT',
        '1',
        'X-Twice',
        'a',
        'X-Twice',
        'b',
        'X-Empty',
        '',
      ],
      fields: {
        'cf.bot_management.ja3_hash': 'e7d705a3286e19ea42f587b344ee6865',
        'cf.bot_management.ja4': 't13d1516h2_8daaf6152771_d8a2da3f94cd',
        'cf.tls_version': 'TLSv1.2',
        'http.request.version': 'HTTP/3',
        'cf.bot_management.score': 99,
        'ip.src.city': 'Zürich',
        'http.request.headers': { a: ['b'] },
      },
    })
  })

  test('need not say anything but the name', () => {
    expect(personas.get('nobody')).toEqual({
      name: 'nobody',
      description: '',
      userAgent: '',
      headers: [],
      fields: {},
    })
  })

  test('`user_agent` is the first header', () => {
    expect(personas.get('short')).toMatchObject({
      asn: 0,
      userAgent: 'x/1.0',
      headers: ['User-Agent', 'x/1.0', 'accept', '*/*'],
    })
  })

  test('comes on top of the built-in ones', () => {
    expect(personas.names).toContain('office')
    expect(personas.names).toContain('curl-hetzner')
    expect(personas.names).toEqual([...personas.names].sort())
    expect(readPersonas().names).not.toContain('office')
  })

  test('takes the place of a built-in one, all of it', () => {
    const own = load('personas: [{ name: googlebot, asn: 1 }]')
    expect(own.get('googlebot')).toMatchObject({ asn: 1, headers: [], userAgent: '' })
    expect(own.get('googlebot')!.ip).toBeUndefined()
    expect(own.names).toHaveLength(readPersonas().names.length)
    expect(readPersonas().get('googlebot')!.asn).toBe(15169)
  })

  test('may be JSON, and start with a byte order mark', () => {
    const text = '\ufeff{"$schema":"../schema/personas.json","personas":[{"name":"json","asn":1}]}'
    expect(load(text, 'personas.json').get('json')!.asn).toBe(1)
  })

  test('several make one', () => {
    const both = readPersonas([
      { file: 'a.yaml', text: 'personas: [{ name: a }]' },
      { file: 'b.yaml', text: 'personas: [{ name: b }]' },
    ])
    expect([both.get('a'), both.get('b')]).not.toContain(undefined)
  })

  test.each(['__proto__', 'constructor', 'toString', 'Office', ' office', ''])(
    'there is no persona %j',
    (name) => {
      expect(personas.get(name)).toBeUndefined()
    }
  )
})

describe('what is wrong with a file', () => {
  test.each([
    ['a list', '- name: a', ['wrong_type 1:1+9 put the list below `personas:`']],
    ['text', 'x', ['wrong_type 1:1+1']],
    ['nothing', '', ['empty_document 1:1+1 the smallest one is `personas: []`']],
    ['a remark', '# none yet\n\n', ['empty_document 1:1+1 the smallest one is `personas: []`']],
    ['no personas', '$schema: x', ['missing_key 1:1+10']],
    [
      'another key',
      'rules: []',
      ['unknown_key 1:1+5 known keys: $schema, personas', 'missing_key 1:1+9'],
    ],
    ['a misspelt key', 'persona: []', ['unknown_key 1:1+7 did you mean `personas`?']],
    ['a mapping', 'personas: { a: 1 }', ['wrong_type 1:11+8 each item starts with `- name: `']],
    ['no names', 'personas: [{ asn: 1 }]', ['missing_key 1:12+10 `x-edge-as` refers to this name']],
    ['numbers', 'personas: [5]', ['wrong_type 1:12+1']],
    [
      'broken YAML',
      'personas: [',
      ['invalid_yaml 1:12+1 check the indentation and the closing brackets'],
    ],
    ['a bomb', `personas:${' ['.repeat(100)}`, ['too_deep 1:137+1']],
    ['too much', ' '.repeat(2 ** 20 + 1), ['too_large 1:1+1']],
  ])('%s', (_what, text, expected) => {
    expect(brief(text)).toEqual(expected)
  })

  test('a name given twice, in one file or two', () => {
    expect(brief('personas:\n  - name: a\n  - name: a')).toEqual(['duplicate_name 3:11+1'])
    const [problem] = problemsOf('personas: [{ name: a }]', '\npersonas: [{ name: a }]')
    expect(problem).toMatchObject({
      code: 'duplicate_name',
      file: 'b.yaml',
      line: 2,
      column: 20,
      message: 'the persona `a` is already defined at a.yaml:1',
    })
  })
})

describe('what is wrong with a persona', () => {
  const one = (line: string) => brief(`personas:\n  - name: a\n    ${line}\n`)

  test.each([
    ['ip: 10.0.0.0/8', ['invalid_ip 3:9+10 a persona has one address, not a network']],
    ['ip: 127.1', ['wrong_type 3:9+5 write it in quotes: `"127.1"`']],
    ['ip: "127.1"', ['invalid_ip 3:9+7']],
    ['ip: 0177.0.0.1', ['invalid_ip 3:9+10']],
    ['ip: fe80::1%eth0', ['invalid_ip 3:9+12']],
    ['ip: [1.2.3.4]', ['wrong_type 3:9+9']],
    ['country: UK', ['unknown_country 3:14+2 did you mean `GB`?']],
    ['country: de', ['unknown_country 3:14+2 did you mean `DE`?']],
    ['asn: x', ['invalid_asn 3:10+1']],
    ['asn: -1', ['invalid_asn 3:10+2']],
    ['asn: 4294967296', ['invalid_asn 3:10+10']],
    ['asn: 1.5', ['invalid_asn 3:10+3']],
    ['asn: true', ['wrong_type 3:10+4']],
    ['ja3: x', ['invalid_ja3 3:10+1']],
    ['ja4: t13d', ['invalid_ja4 3:10+4']],
    ['tls_version: TLS 1.3', ['invalid_tls_version 3:18+7 did you mean `TLSv1.3`?']],
    ['tls_version: TLSv1.0', ['invalid_tls_version 3:18+7 did you mean `TLSv1`?']],
    ['tls_version: SSLv3', ['invalid_tls_version 3:18+5']],
    ['http_version: HTTP/2.0', ['invalid_http_version 3:19+8 did you mean `HTTP/2`?']],
    ['http_version: h2', ['invalid_http_version 3:19+2 did you mean `HTTP/2`?']],
    ['http_version: 2', ['wrong_type 3:19+1 write it in quotes: `"2"`']],
    ['description: ""', ['empty_text 3:18+2']],
    ['user-agent: x', ['unknown_key 3:5+10 did you mean `user_agent`?']],
    ['userAgent: x', ['unknown_key 3:5+9 did you mean `user_agent`?']],
    ['contry: DE', ['unknown_key 3:5+6 did you mean `country`?']],
    ['user_agent: "a\\nb"', ['invalid_header_value 3:17+6']],
    ['user_agent: " a"', ['invalid_header_value 3:17+4']],
    ['user_agent: "\\ud800"', ['invalid_header_value 3:17+8']],
    ['user_agent: true', ['wrong_type 3:17+4']],
    ['user_agent:', ['wrong_type 3:5+10']],
    ['headers: [a]', ['wrong_type 3:14+3']],
    ['headers: { a b: c }', ['invalid_header_name 3:16+3']],
    ['headers: { "a:": c }', ['invalid_header_name 3:16+4 did you mean `a`?']],
    ['headers: { a: [b, 1, true] }', ['wrong_type 3:26+4']],
    ['headers: { a: { b: c } }', ['wrong_type 3:19+8']],
    ['headers: { Host: a }', ['request_header 3:16+4 send it with the request']],
    ['headers: { content-length: 1 }', ['request_header 3:16+14 send it with the request']],
    ['headers: { CF-IPCountry: DE }', ['edge_header 3:16+12']],
    ['headers: { x-edge-ip: 1.2.3.4 }', ['edge_header 3:16+9']],
    [
      'headers: { a: b, A: c }',
      ['duplicate_header 3:22+1 the values of a repeated header go into a list'],
    ],
    ['fields: [a]', ['wrong_type 3:13+3']],
    [
      'fields: { cf.bot_management.scor: 1 }',
      ['unknown_field 3:15+22 did you mean `cf.bot_management.score`?'],
    ],
    ['fields: { nonsense.at.all: 1 }', ['unknown_field 3:15+15']],
    ['fields: { cf.bot_management.score: x }', ['wrong_value 3:40+1']],
    ['fields: { ip.src.metro_code: 807 }', ['wrong_value 3:34+3 text: write it as "807"']],
    ['fields: { ip.src.city: }', ['wrong_value 3:15+11']],
    ['fields: { __proto__: 1 }', ['unknown_field 3:15+9']],
  ])('%s', (line, expected) => {
    expect(one(line)).toEqual(expected)
  })

  test('the User-Agent given twice', () => {
    expect(one('user_agent: a\n    headers: { USER-AGENT: b }')).toEqual([
      'conflicting_keys 4:16+10 remove one of them',
    ])
  })

  test.each([
    ['Office Berlin', 'did you mean `office-berlin`?'],
    ['büro', 'did you mean `b-ro`?'],
    ['a'.repeat(65), undefined],
    ['-a', 'did you mean `a`?'],
    ['a,b', 'did you mean `a-b`?'],
  ])('the name %s', (name, help) => {
    expect(problemsOf(`personas: [{ name: ${JSON.stringify(name)} }]`)).toMatchObject([
      { code: 'invalid_name', line: 1, column: 20, ...(help === undefined ? {} : { help }) },
    ])
  })

  test('is told all at once, with the line and a caret under it', () => {
    let report = ''
    try {
      load('personas:\n  - name: a\n    country: UK\n    asn: x\n')
    } catch (error) {
      report = (error as Error).message
    }
    expect(report).toBe(
      [
        'personas.yaml:3:14: error: unknown country `UK`: expected an ISO 3166-1 code of two upper-case letters, T1 (Tor) or XX (unknown) [unknown_country]',
        '      country: UK',
        '               ^^',
        '  help: did you mean `GB`?',
        'personas.yaml:4:10: error: `x` is not an AS number: expected 0 to 4294967295 or `AS13335` [invalid_asn]',
        '      asn: x',
        '           ^',
        '',
        '2 problems in the persona files: nothing was loaded',
      ].join('\n')
    )
  })
})

describe('names that were probably meant', () => {
  const { near } = readPersonas()

  test.each([
    ['crul-hetzner', ['curl-hetzner']],
    ['Curl-Hetzner', ['curl-hetzner']],
    ['curl', ['curl-hetzner']],
    ['hetzner', ['curl-hetzner']],
    ['firefox_pari', ['firefox-paris']],
    ['googelbot', ['googlebot']],
    ['google', ['fake-googlebot', 'googlebot']],
    ['chrome', ['chrome-berlin', 'headless-chrome-azure']],
    ['mobile', ['android-mobile-india', 'iphone-mobile-us']],
    ['zzz', []],
    ['', []],
    ['-', []],
    ['__proto__', []],
    ['chrome-'.repeat(10_000), []],
  ])('%s', (text, expected) => {
    expect(near(text)).toEqual(expected)
  })

  test('five at most', () => {
    const { near } = load(
      `personas: [${Array.from({ length: 9 }, (_, i) => `{ name: office-${i}${i}${i} }`).join(', ')}]`
    )
    expect(near('the office of somebody')).toHaveLength(5)
  })
})
