import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { compile } from './compile.ts'
import { customRuleScheme, defaultScheme } from './defaults.ts'
import { customRuleFields, fieldFacts, fields } from './fields.ts'
import { functions } from './functions/table.ts'
import type { Scheme } from './scheme.ts'
import type { Type } from './types.ts'
import { typeName } from './types.ts'

const problemIn = (scheme: Scheme, expression: string) => {
  try {
    compile(expression, { scheme, expect: 'any' })
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return error.diagnostics[0]
  }
  return undefined
}

describe('the table of fields', () => {
  test('has all 223 and two of this edge’s own, each name once', () => {
    expect(fields).toHaveLength(225)
    expect(new Set(fields.map(({ name }) => name)).size).toBe(225)
  })

  test.each([
    ['http.host', 'Bytes'],
    ['http.request.headers', 'Map<Array<Bytes>>'],
    ['http.request.body.multipart.names', 'Array<Array<Bytes>>'],
    ['http.request.jwt.claims.iat.sec', 'Map<Array<Int>>'],
    ['cf.llm.prompt.custom_topic_categories', 'Map<Int>'],
    ['cf.bot_management.detection_ids', 'Array<Int>'],
    ['ip.src', 'Ip'],
    ['ssl', 'Bool'],
    ['tcp.flags.syn', 'Bool'],
    ['ip.dst', 'Ip'],
  ])('%s is of type %s', (name, type) => {
    expect(typeName(defaultScheme.fields.get(name)!.type)).toBe(type)
  })

  test.each([
    'asnum',
    'continent',
    'country',
    'subdivision_1_iso_code',
    'subdivision_2_iso_code',
    'is_in_european_union',
  ])('ip.geoip.%s is an old spelling of ip.src.%s', (name) => {
    expect(defaultScheme.slot(`ip.geoip.${name}`)).toBe(defaultScheme.slot(`ip.src.${name}`))
    expect(fieldFacts.has(`ip.geoip.${name}`)).toBe(false)
  })

  test('an old spelling works and is warned about', () => {
    const { warnings, fields } = compile('ip.geoip.country eq "GB"', { scheme: customRuleScheme })
    expect(fields).toEqual(['ip.src.country'])
    expect(warnings).toMatchObject([
      {
        code: 'deprecated_field',
        severity: 'warning',
        column: 1,
        length: 16,
        help: 'write `ip.src.country`',
      },
    ])
  })

  test('cf.threat_score is warned about', () => {
    const { warnings } = compile('cf.threat_score > 10', { scheme: customRuleScheme })
    expect(warnings).toMatchObject([
      { code: 'deprecated_field', help: 'it is always 0 on Cloudflare' },
    ])
  })

  const fits = (type: Type, value: unknown): boolean => {
    switch (type.kind) {
      case 'Bool':
        return typeof value === 'boolean'
      case 'Int':
        return Number.isSafeInteger(value)
      case 'Bytes':
        return typeof value === 'string'
      case 'Ip':
        return value === undefined
      case 'Array':
        return Array.isArray(value) && value.length === 0
      case 'Map':
        return value instanceof Map && value.size === 0
    }
  }

  test.each([...fieldFacts])(
    '%s has a source and a default of its type',
    (_, { source, type, default: value }) => {
      expect([
        'request',
        'connection',
        'visitor',
        'override',
        'constant',
        'country',
        'asn',
        'place',
        'postal',
        'reputation',
        'bots',
        'tls',
        'response',
      ]).toContain(source)
      expect(fits(type, value)).toBe(true)
    }
  )

  test.each([
    ['cf.waf.score', 100],
    ['cf.llm.prompt.injection_score', 100],
    ['cf.threat_score', 0],
    ['cf.edge.client_tcp', true],
    ['cf.tls_client_auth.cert_verified', false],
    ['cf.worker.upstream_zone', ''],
  ])('%s is %j where nothing gives it a value', (name, value) => {
    expect(fieldFacts.get(name)?.default).toBe(value)
  })
})

describe('the schemes', () => {
  test('number their fields alike', () => {
    expect(customRuleScheme.slots).toEqual(defaultScheme.slots)
    expect(customRuleFields.map(({ name }) => name)).toEqual(fields.map(({ name }) => name))
  })

  test('have no field and function of one name', () => {
    expect(functions.filter(({ name }) => defaultScheme.fields.has(name))).toEqual([])
  })

  test.each([
    [
      'http.response.code',
      'eq 403',
      'is a field of the response: rules that judge a request cannot read it',
    ],
    [
      'cf.timings.edge_msec',
      '> 500',
      'is a field of the response: rules that judge a request cannot read it',
    ],
    [
      'cf.response.1xxx_code',
      'eq 1020',
      'is a field of error responses: rules that judge a request cannot read it',
    ],
    [
      'ip.src.timezone.name',
      'eq "x"',
      'is a field of rules that rewrite requests: custom rules cannot read it',
    ],
    ['cf.colo.id', 'eq "x"', 'is for counting in rate limiting rules: expressions cannot read it'],
    [
      'tcp.dstport',
      'eq 22',
      'is a field of packets: rules that judge HTTP requests cannot read it',
    ],
  ])('custom rules cannot read %s, and are told why', (name, rest, why) => {
    const expression = `ssl and ${name} ${rest}`
    expect(problemIn(defaultScheme, expression)).toBeUndefined()
    expect(problemIn(customRuleScheme, expression)).toMatchObject({
      code: 'unusable_field',
      message: `\`${name}\` ${why}`,
      column: 9,
      length: name.length,
    })
  })

  test.each([
    'http.request.uri.path ne raw.http.request.uri.path',
    'any(http.request.headers["a"][*] eq "b")',
    'cf.bot_management.score lt 30 and not cf.client.bot',
    'ip.src in {192.0.2.0/24} and ip.src.asnum eq 64496',
    'http.request.cookies["a"][0] eq "b"',
  ])('custom rules may say %s', (expression) => {
    expect(problemIn(customRuleScheme, expression)).toBeUndefined()
  })
})
