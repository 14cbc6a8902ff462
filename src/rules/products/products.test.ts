import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { loadRules } from '../load.ts'
import { rulesFromObjects } from '../objects.ts'
import type { Rule } from '../rule.ts'

const load = (text: string) => loadRules([{ file: 'a.yaml', text }])

/** Each problem as `line:column length code`, with its help. */
const problems = (text: string): string[] => {
  try {
    load(text)
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return error.diagnostics.map(
      ({ line, column, length, code, help }) =>
        `${line}:${column}+${length} ${code}${help === undefined ? '' : `: ${help}`}`
    )
  }
  return []
}

const shown = ({ id, name, action, expression, line }: Rule) =>
  `${line} [${id}] ${name}: ${action} ${expression.source}`

describe('access', () => {
  test('what it is about is told by the look of it', () => {
    const { access, fields } = load(`access:
  - allow: 198.51.100.7
    name: the monitor
  - block: [as64496, 192.0.2.0/24, KP, T1, "2001:DB8::/32", "2001:db8::1"]
`)
    expect(access.map(shown)).toEqual([
      '2 [the-monitor] the monitor: allow ip.src eq 198.51.100.7',
      '4 [block-as64496] block AS64496: block ip.src.asnum eq 64496',
      '4 [block-192.0.2.0_24] block 192.0.2.0/24: block ip.src in {192.0.2.0/24}',
      '4 [block-kp] block KP: block ip.src.country eq "KP"',
      '4 [block-t1] block T1: block ip.src.country eq "T1"',
      '4 [block-2001:db8::_32] block 2001:db8::/32: block ip.src in {2001:db8::/32}',
      '4 [block-2001:db8::1] block 2001:db8::1: block ip.src eq 2001:db8::1',
    ])
    expect(access.map(({ target }) => target)).toEqual(
      ['ip', 'asn', 'ip_range', 'country', 'country', 'ip_range', 'ip6'].map((target) => target)
    )
    expect(fields).toEqual(['ip.src', 'ip.src.asnum', 'ip.src.country'])
  })

  test.each([
    ['access: [{ block: 13335 }]', '1:19+5 wrong_type: did you mean `AS13335`?'],
    ['access: [{ block: UK }]', '1:19+2 unknown_country: did you mean `GB`?'],
    ['access: [{ block: 192.0.2.9/24 }]', '1:19+12 host_bits_set'],
    ['access: [{ block: nobody }]', '1:19+6 invalid_ip'],
    ['access: [{ block: $office }]', '1:19+7 invalid_ip'],
    ['access: [{ block: AS99999999999 }]', '1:19+13 invalid_asn'],
    ['access: [{ whitelist: 192.0.2.1 }]', '1:12+9 unknown_key: did you mean `allow`?'],
    ['access: [{ name: x }]', '1:10+11 missing_key'],
    ['access: [{ allow: DE, block: AS1 }]', '1:23+5 conflicting_keys: write a rule for each'],
    ['acess: []', '1:1+5 unknown_key: did you mean `access`?'],
    ['access: { block: DE }', '1:9+13 wrong_type'],
  ])('%s', (text, expected) => {
    expect(problems(text)).toEqual([expect.stringContaining(expected)])
  })

  test('a network that Cloudflare would not take loads with a warning', () => {
    const { access, warnings } = load(
      'access: [{ block: 192.0.2.0/25 }, { block: "2001:db8::/48" }]'
    )
    expect(access).toHaveLength(2)
    expect(warnings.map(({ code, line, column }) => [code, line, column])).toEqual([
      ['not_on_cloudflare', 1, 19],
    ])
  })

  test('the same rule twice is one too many', () => {
    expect(problems('access: [{ block: DE }, { block: [FR, DE] }]')).toEqual([
      expect.stringMatching(/^1:39\+2 duplicate_id/),
    ])
  })
})

describe('lockdown', () => {
  test('becomes what the documentation writes, in the order of priorities', () => {
    const { lockdowns } = load(`lockdown:
  - urls: ["*.example.com/*"]
    allow: 192.0.2.7
  - name: wiki
    priority: 3
    urls: [staging.example.com/*, Example.com/wiki/*, "https://example.com/a?b=*"]
    allow: [192.0.2.0/24, "2001:DB8::/64", 203.0.113.1]
`)
    expect(lockdowns.map(shown)).toEqual([
      '4 [wiki] wiki: block (http.host eq "staging.example.com" or (http.host eq "example.com" and http.request.uri.path wildcard "/wiki/*") or (http.host eq "example.com" and http.request.uri wildcard "/a?b=*")) and not ip.src in {192.0.2.0/24 2001:db8::/64 203.0.113.1}',
      '2 [lockdown-of-example-com] lockdown of *.example.com/*: block http.host wildcard "*.example.com" and not ip.src in {192.0.2.7}',
    ])
  })

  test.each([
    ['lockdown: [{ urls: [/wiki], allow: 192.0.2.1 }]', '1:21+5 invalid_url'],
    ['lockdown: [{ urls: ["a.test:80/b"], allow: 192.0.2.1 }]', 'invalid_url: write `a.test/b`'],
    ['lockdown: [{ urls: ["[::1]:80"], allow: 192.0.2.1 }]', 'invalid_url: write `[::1]`'],
    ['lockdown: [{ urls: [a.test./b], allow: 192.0.2.1 }]', '1:21+9 invalid_url: write `a.test/b`'],
    ['lockdown: [{ urls: ["a.test/b#c"], allow: 192.0.2.1 }]', 'invalid_url: write `a.test/b`'],
    ['lockdown: [{ urls: [a.test], allow: $office }]', '1:37+7 invalid_ip'],
    ['lockdown: [{ urls: [a.test] }]', '1:12+18 missing_key'],
    ['lockdown: [{ url: a.test, allow: 192.0.2.1 }]', '1:14+3 unknown_key: did you mean `urls`?'],
    ['lockdown: [{ urls: a.test, allow: 192.0.2.1, priority: high }]', '1:56+4 wrong_type'],
    ['lockdown: [{ urls: a.test, allow: [] }]', '1:35+2 empty_list'],
  ])('%s', (text, expected) => {
    expect(problems(text)).toEqual([expect.stringContaining(expected)])
  })
})

describe('user_agents', () => {
  test('compare the whole header', () => {
    const { agents } = load('user_agents: [{ block: [BadBot/1.0, "Ärger \\"x\\""] }]')
    expect(agents.map(shown)).toEqual([
      '1 [block-badbot-1-0] block BadBot/1.0: block http.user_agent eq "BadBot/1.0"',
      '1 [block-ärger-x] block Ärger "x": block http.user_agent eq "Ärger \\"x\\""',
    ])
  })

  test('a `*` is warned of', () => {
    const { warnings } = load('user_agents: [{ block: "BadBot/*" }]')
    expect(warnings.map(({ code }) => code)).toEqual(['not_a_wildcard'])
  })
})

describe('rate_limits', () => {
  const limit = (more: string) => `rate_limits:
  - name: slow
    expression: true
    action: block
    period: 1m
    requests_per_period: 5
${more}`

  test('with nothing else', () => {
    const [rule] = load(limit('')).rateLimits
    expect(rule).toMatchObject({
      id: 'slow',
      period: 60,
      requestsPerPeriod: 5,
      mitigationTimeout: 0,
      requestsToOrigin: false,
      characteristics: [{ source: 'ip.src' }],
      file: 'a.yaml',
      line: 2,
    })
    expect(rule).not.toHaveProperty('countingExpression')
  })

  test('with everything', () => {
    const { rateLimits, fields } = load(
      limit(`    mitigation_timeout: 1h
    characteristics: [ip.src, cf.colo.id, 'http.request.headers["x-key"]', 'lower(http.host)']
    counting_expression: http.response.code eq 401
    requests_to_origin: true
    score_per_period: 9
    score_response_header_name: X-Score
    response: { status: 429, content: slow down, content_type: text/plain }
`)
    )
    const [rule] = rateLimits
    expect(rule).toMatchObject({
      mitigationTimeout: 3600,
      requestsToOrigin: true,
      scorePerPeriod: 9,
      scoreHeader: 'x-score',
      response: { status: 429, content: 'slow down', contentType: 'text/plain' },
    })
    expect(
      rule!.characteristics.map(({ source, expression }) => [source, expression?.fields])
    ).toEqual([
      ['ip.src', ['ip.src']],
      ['cf.colo.id', undefined],
      ['http.request.headers["x-key"]', ['http.request.headers']],
      ['lower(http.host)', ['http.host']],
    ])
    expect(fields).toContain('http.response.code')
  })

  test.each([
    ['    mitigation_timeout: soon\n', '7:25+4 invalid_time'],
    ['    characteristics: [http.hots]\n', '7:23+9 unknown_identifier'],
    ['    characteristics: [http.response.code]\n', '7:23+18 wrong_phase'],
    ['    score_per_period: 5\n', '7:5+16 missing_key'],
    ['    response: { status: 999 }\n', '7:25+3 invalid_response'],
    ['    limit: 5\n', '7:5+5 unknown_key: did you mean `requests_per_period`?'],
  ])('%j', (more, expected) => {
    expect(problems(limit(more))).toEqual([expect.stringContaining(expected)])
  })

  test('fields of the response are for counting', () => {
    expect(problems(limit('').replace('true', 'http.response.code eq 401'))).toHaveLength(1)
  })

  test('what is missing is said', () => {
    expect(problems('rate_limits: [{ name: x, expression: true, action: log }]')).toHaveLength(2)
  })
})

describe('lists', () => {
  test('are of all documents, of whatever kind', () => {
    const { ownLists, rules, warnings } = loadRules([
      { file: 'a.yaml', text: 'rules: [{ name: a, expression: ip.src in $office, action: log }]' },
      {
        file: 'b.yaml',
        text: 'lists:\n  office: [192.0.2.0/24]\n  shops: { kind: hostname, items: [] }\n  hosting: [64496, AS64497]',
      },
    ])
    expect(warnings).toEqual([])
    expect(rules[0]!.expression.lists).toEqual(['office'])
    expect(ownLists).toEqual([
      { name: 'office', kind: 'ip', size: 1, file: 'b.yaml', line: 2 },
      { name: 'shops', kind: 'hostname', size: 0, file: 'b.yaml', line: 3 },
      { name: 'hosting', kind: 'asn', size: 2, file: 'b.yaml', line: 4 },
    ])
  })

  test.each([
    ['lists: { office: [192.0.2.0/24, nobody] }', '1:33+6 invalid_list'],
    ['lists: { Office: [192.0.2.0/24] }', '1:10+6 invalid_list'],
    ['lists: { office: [] }', '1:10+6 invalid_list'],
    ['lists: { office: { kind: ipv4, items: [] } }', '1:26+4 invalid_list'],
    ['lists: { office: { items: 192.0.2.1 } }', '1:27+9 wrong_type'],
  ])('%s', (text, expected) => {
    expect(problems(text)).toEqual([expect.stringContaining(expected)])
  })

  test('one of another kind is refused where a rule asks it', () => {
    const rule = 'rules: [{ name: a, expression: ip.src.asnum in $office, action: log }]'
    expect(problems(`lists: { office: [192.0.2.1] }\n${rule}`)).toEqual([
      expect.stringContaining('2:48+7 wrong_list_kind'),
    ])
  })

  test('a name twice is refused', () => {
    const files = ['a.yaml', 'b.yaml'].map((file) => ({ file, text: 'lists: { a: [AS1] }' }))
    expect(() => loadRules(files)).toThrow('the list `$a` is already at a.yaml:1')
  })
})

test('a skip says what it skips, and a block what it answers', () => {
  const { rules } = load(`rules:
  - { name: a, expression: true, action: skip, skip: { phases: http_ratelimit, products: [uaBlock] }, logging: false }
  - { name: b, expression: true, action: skip }
  - { name: c, expression: true, action: block, response: { status: 404, content: gone } }
`)
  expect(rules.map(({ skip, response }) => skip ?? response)).toEqual([
    {
      current: false,
      phases: ['http_ratelimit'],
      products: ['uaBlock'],
      rulesets: [],
      logs: false,
    },
    undefined,
    { status: 404, content: 'gone' },
  ])
})

test.each([
  ['action: block, skip: { phases: http_ratelimit }', '1:53+4 conflicting_keys'],
  ['action: skip, response: { status: 404 }', '1:52+8 conflicting_keys'],
  ['action: skip, skip: { phases: http_ratelimits }', 'did you mean `http_ratelimit`?'],
  ['action: skip, skip: { products: uablock }', 'did you mean `uaBlock`?'],
  ['action: skip, skip: {}', 'invalid_skip'],
  ['action: block, response: { content_type: text/htm }', 'did you mean `text/html`?'],
])('%s', (more, expected) => {
  expect(problems(`rules: [{ name: a, expression: true, ${more} }]`)).toEqual([
    expect.stringContaining(expected),
  ])
})

test('a response beyond Cloudflare’s limits is warned of', () => {
  const { warnings } = load(
    `rules: [{ name: a, expression: true, action: block, response: { status: 503, content: ${'x'.repeat(2049)} } }]`
  )
  expect(warnings.map(({ message }) => message)).toEqual([
    'Cloudflare takes a status from 400 to 499, not 503',
    'the response has 2049 bytes: Cloudflare takes 2048',
  ])
})

test('objects in code are documents of any product', () => {
  const { access, rules } = rulesFromObjects([{ access: [{ block: 'DE' }] }])
  expect(access).toMatchObject([{ file: 'access[0]', line: 0, value: 'DE' }])
  expect(rules).toEqual([])
})

const API_HELP =
  'put what the API answers into a file of its own: such a file loads as it is, and `edge1020 import FILE` converts it'

test.each([
  ['access', 'mode: block, configuration: { target: ip, value: 192.0.2.1 }', 'configuration'],
  [
    'lockdown',
    'urls: [a.test/x], configurations: [{ target: ip, value: 192.0.2.1 }]',
    'configurations',
  ],
  ['user_agents', 'mode: block, configuration: { target: ua, value: x }', 'configuration'],
  ['rate_limits', 'threshold: 5, period: 60, match: {}', 'threshold'],
  ['rate_limits', 'expression: "true", ratelimit: { period: 10 }', 'ratelimit'],
])('%s: a rule as the API writes it is told so, once', (product, rule, key) => {
  const line = `  - { ${rule} }`
  expect(problems(`${product}:\n${line}\n`)).toEqual([
    `2:${line.search(new RegExp(`\\b${key}:`)) + 1}+${key.length} unknown_key: ${API_HELP}`,
  ])
})
