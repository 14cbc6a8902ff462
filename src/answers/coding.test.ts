import * as zlib from 'node:zlib'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { AnswerOptions, RefusalFacts } from './answer.ts'
import { catalogue } from './catalogue.ts'
import { createAnswers } from './create.ts'
import { coders } from './node/coders.ts'

const FACTS: RefusalFacts = {
  code: 1020,
  ray: '9c3a1f0e2b7d4815',
  colo: 'LHR',
  timeMs: Date.UTC(2026, 10, 23),
  host: 'shop.example.com',
  ip: '198.51.100.23',
  country: 'DE',
  method: 'GET',
  accept: 'text/html',
}
/** Of Node 22.15 and 24 on. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer }
const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync! }
const CODINGS = (['br', 'gzip', 'zstd'] as const).filter((coding) => DECODERS[coding] !== undefined)
const answers = createAnswers({ coders })
const plain = createAnswers()

const codingOf = (acceptEncoding: string | undefined, options: AnswerOptions = { coders }) =>
  createAnswers(options).refuse({ ...FACTS, acceptEncoding, dialect: 'html' }).headers[
    'Content-Encoding'
  ]

test('a pretended client chooses the dialect, the real one the coding', () => {
  const refuse = (acceptEncoding: string | undefined, codings: string | undefined) =>
    answers.refuse({ ...FACTS, acceptEncoding, codings }).headers
  expect(refuse('gzip', undefined)).not.toHaveProperty('Content-Encoding')
  expect(refuse('gzip', undefined)['Content-Type']).toContain('text/html')
  expect(refuse('gzip', 'br')['Content-Encoding']).toBe('br')
  expect(refuse(undefined, 'gzip')['Content-Type']).toContain('text/plain')
  expect(codingOf('gzip')).toBe('gzip')
})

describe('which coding', () => {
  test.each([
    ['gzip, deflate, br, zstd', 'gzip'],
    ['br, gzip', 'gzip'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br', 'br'],
    ['*', 'gzip'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['gzip;q=0, *', 'br'],
    ['br;q=1, gzip;q=0.9', 'br'],
    ['br;q=0, gzip;q=0', undefined],
    ['identity', undefined],
    ['identity;q=1, gzip;q=0.5', undefined],
    ['deflate', undefined],
    ['', undefined],
    [undefined, undefined],
    ['gzip;q=banana', 'gzip'],
    [`${'a,'.repeat(40_000)}gzip`, undefined],
  ])('%j: %s', (acceptEncoding, expected) => {
    expect(codingOf(acceptEncoding)).toBe(expected)
  })

  test('none without coders, or where it is switched off', () => {
    expect(codingOf('gzip, br', {})).toBeUndefined()
    expect(codingOf('gzip, br', { coders, compress: false })).toBeUndefined()
  })

  test('Zstandard where there is a coder for it: the text as a whole', () => {
    expect(coders.zstd !== undefined).toBe(zstdDecompressSync !== undefined)
    const { zstd: _, ...without } = coders
    expect(codingOf('zstd', { coders: without })).toBeUndefined()
    const zstd = (text: Uint8Array) => Uint8Array.of(text.length & 0xff, 7)
    const { body, headers } = createAnswers({ coders: { zstd } }).refuse({
      ...FACTS,
      acceptEncoding: 'zstd',
      dialect: 'json',
    })
    const { length } = plain.refuse({ ...FACTS, dialect: 'json' }).body
    expect(body).toEqual(Uint8Array.of(length & 0xff, 7))
    expect(headers).toMatchObject({ 'Content-Encoding': 'zstd', 'Content-Length': '2' })
  })

  test('none for the short text', () => {
    const { headers, body } = answers.refuse({ ...FACTS, acceptEncoding: 'br', dialect: 'text' })
    expect(headers['Content-Encoding']).toBeUndefined()
    expect(body).toBe('error code: 1020\n')
  })
})

describe.each(CODINGS)('%s', (coding) => {
  test.each([...catalogue.keys()])('%i in every dialect and generation', (code) => {
    const wanted = [
      ...(['json', 'markdown'] as const).map((dialect) => ({ dialect })),
      ...(['g1', 'g2', 'g3', 'waf', 'union'] as const).map((generation) => ({
        dialect: 'html' as const,
        page: { generation },
      })),
    ]
    for (const facts of wanted) {
      const packed = answers.refuse({ ...FACTS, ...facts, code, acceptEncoding: coding })
      const whole = plain.refuse({ ...FACTS, ...facts, code })
      expect(packed.headers['Content-Encoding']).toBe(coding)
      expect(packed.headers['Content-Length']).toBe(String(packed.body.length))
      expect(DECODERS[coding](packed.body as Uint8Array).toString()).toBe(whole.body)
      if (facts.dialect === 'html') {
        expect(packed.body.length).toBeLessThan(whole.body.length * 0.75)
      }
    }
  })

  test('HEAD has the headers of GET and no body', () => {
    const get = answers.refuse({ ...FACTS, acceptEncoding: coding })
    const head = answers.refuse({ ...FACTS, acceptEncoding: coding, method: 'HEAD' })
    expect(head.headers).toEqual(get.headers)
    expect(head.body).toBe('')
  })

  test('a host beyond ASCII', () => {
    const packed = answers.refuse({ ...FACTS, host: 'bücher.example', acceptEncoding: coding })
    expect(DECODERS[coding](packed.body as Uint8Array).toString()).toContain('bücher.example')
  })
})

describe('headers of some zones', () => {
  const headers = (options: AnswerOptions['headers'], code = 1020) =>
    createAnswers({ headers: options }).refuse({ ...FACTS, code }).headers

  test('are off unless asked for', () => {
    expect(Object.keys(headers({}))).toEqual([
      'Content-Type',
      'Content-Length',
      'Cache-Control',
      'Expires',
      'Referrer-Policy',
      'X-Frame-Options',
      'Server',
      'CF-RAY',
      'x-edge1020',
    ])
  })

  test.each([
    ['vary', 'Vary', /^Accept-Encoding$/],
    [
      'cookie',
      'Set-Cookie',
      /^__cf_bm=[\w-]+-\d+-1\.0\.1\.1; path=\/; expires=Mon, 23 Nov 2026 00:30:00 GMT; domain=\.shop\.example\.com; HttpOnly; Secure; SameSite=None$/,
    ],
    ['nel', 'NEL', /^\{"success_fraction":0,"report_to":"cf-nel","max_age":604800\}$/],
    ['nel', 'Report-To', /^\{"endpoints":\[\{"url":"\/cdn-cgi\/nel"\}\],"group":"cf-nel"/],
    ['altSvc', 'alt-svc', /^h3=":443"; ma=86400$/],
    ['errorType', 'cf-error-type', /^edge$/],
  ])('%s adds %s', (option, name, value) => {
    expect(headers({ [option]: true })[name]).toMatch(value)
  })

  test('a cookie has no domain where the host is no name, and each its own value', () => {
    const of = (host: string) =>
      createAnswers({ headers: { cookie: true } }).refuse({ ...FACTS, host }).headers['Set-Cookie']!
    for (const host of ['127.0.0.1:8020', '[::1]', 'localhost', 'a;b.example', '']) {
      expect(of(host)).not.toContain('domain=')
    }
    expect(of('a.example')).not.toBe(of('a.example'))
  })
})
