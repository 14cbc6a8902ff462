import { describe, expect, test } from 'vitest'
import { identify } from './identify.ts'
import type { PlainResponse } from './response.ts'

const RAY = '9f2c4d1e0a9b7c65'
const CLOUDFLARE = { Server: 'cloudflare', 'CF-RAY': `${RAY}-LHR` }

const answer = (
  body: string,
  { status = 403, headers = CLOUDFLARE }: Omit<PlainResponse, 'body'> = {}
) => identify({ status, headers, body })

const json = (members: object) => `${JSON.stringify({ type: 'about', status: 403, ...members })}\n`

const G1 = `<title>Access denied | shop.test used Cloudflare to restrict access</title>
<h1><span class="cf-error-type" data-translate="error">Error</span> <span class="cf-error-code">1020</span>
<small class="heading-ray-id">Ray ID: ${RAY} &bull; 2026-11-01 10:00:00 UTC</small></h1>`
const G2 = `<div id="cf-error-details" class="p-0"><header><h1><span data-translate="error">Error</span>
 <span>1006</span></h1><span class="heading-ray-id">Ray ID: ${RAY} &bull;</span></header>`
const G3 = `<title>Access denied</title><h1>Access denied</h1>
<span class="cf-code-label">Error code <span>1020</span></span><p>Ray ID: ${RAY}</p><p>Data center: iad12</p>`
const WAF = `<title>Attention Required! | Cloudflare</title><h1 data-translate="block_headline">Sorry</h1>
<span class="cf-footer-item">Cloudflare Ray ID: <strong>${RAY}</strong></span>`
const OWN_PAGE = `<body><h1>Our shop</h1><div class="cf-error-details cf-error-1020"><ul><li>Ray ID: ${RAY}</li></ul></div>`
const TROUBLE = `<title>shop.test | 522: Connection timed out</title><div id="cf-error-details">
<h1><span>Connection timed out</span> <span class="code-label">Error code 522</span></h1></div>`
const CHALLENGE = `<title>Just a moment...</title><script>window._cf_chl_opt={cRay:'${RAY}'}</script>`

describe('blocks', () => {
  test.each([
    ['the short text', 'error code: 1020\n', 1020],
    ['the short text of 2025, without line end', 'error code: 1010', 1010],
    [
      'JSON',
      json({ error_code: 1020, ray_id: RAY, cloudflare_error: true, retryable: false }),
      1020,
    ],
    [
      'Markdown',
      `---\nerror_code: 1009\nray_id: ${RAY}\ncloudflare_error: true\nretryable: false\n---\n`,
      1009,
    ],
    ['the page to 2021', G1, 1020],
    ['the page since 2021', G2, 1006],
    ['the page of 1020 since 2023', G3, 1020],
    ['an owner’s page with Cloudflare’s box', OWN_PAGE, 1020],
    ['the WAF’s page, which has no number', WAF, undefined],
  ])('%s', (_name, body, code) => {
    expect(answer(body)).toMatchObject({
      provider: 'cloudflare',
      kind: 'block',
      code,
      rayId: RAY,
      colo: 'LHR',
      retryable: false,
      retryAfter: undefined,
      whoBlocked: 'site owner',
      emulated: false,
    })
  })

  test.each([
    [1005, 'asn'],
    [1006, 'ip'],
    [1009, 'country'],
    [1010, 'signature'],
    [1011, 'hotlink'],
    [1012, 'rule'],
    [1020, 'rule'],
    [1106, 'ip'],
  ])('%i is caused by the %s', (code, cause) => {
    const block = answer(`error code: ${code}\n`)
    expect(block).toMatchObject({ kind: 'block', cause })
    expect(block!.advice.length).toBeGreaterThan(0)
  })

  test('the Ray ID comes from the body where the header is gone', () => {
    expect(answer(G3, { headers: {} })).toMatchObject({ rayId: RAY, colo: 'IAD' })
    expect(answer(WAF, { headers: {} })).toMatchObject({ rayId: RAY, colo: undefined })
  })

  test('a body alone is enough, cut off anywhere behind its mark', () => {
    for (const [body, mark] of [
      [G1, '1020</span>'],
      [G2, '1006</span>'],
      [G3, '<span>1020</span>'],
    ] as const) {
      const end = body.indexOf(mark) + mark.length
      expect(identify({ body: body.slice(0, end) })).toMatchObject({ kind: 'block' })
      expect(identify({ body: body.slice(0, end - mark.length) })).toBeNull()
    }
  })

  test('a JSON body that was cut off behind its last mark', () => {
    const whole = json({ error_code: 1020, ray_id: RAY, cloudflare_error: true, footer: 'x' })
    const cut = whole.slice(0, whole.indexOf('true') + 4)
    expect(answer(cut)).toMatchObject({ code: 1020, rayId: RAY })
    expect(answer(cut.slice(0, -6))).toBeNull()
  })

  test('an answer that edge1020 made says so', () => {
    const headers = { ...CLOUDFLARE, 'x-edge1020': 'emulated' }
    expect(answer('error code: 1020\n', { headers })).toMatchObject({ emulated: true })
  })
})

describe('rate limits', () => {
  test.each([
    ['its header', { 'Retry-After': '7' }, '', 7],
    ['its body', {}, ',"retry_after":11', 11],
    ['the code', {}, '', 30],
  ])('how long to wait is told by %s', (_from, more, member, expected) => {
    const body = `{"error_code":1015,"cloudflare_error":true,"retryable":true${member}}`
    expect(answer(body, { status: 429, headers: { ...CLOUDFLARE, ...more } })).toMatchObject({
      kind: 'rate-limit',
      cause: 'rate',
      retryable: true,
      retryAfter: expected,
    })
  })

  test('a date in Retry-After becomes seconds', () => {
    const headers = { ...CLOUDFLARE, 'retry-after': new Date(Date.now() + 60_000).toUTCString() }
    const block = answer('error code: 1015\n', { status: 429, headers })
    expect(block!.retryAfter).toBeGreaterThan(50)
    expect(block!.retryAfter).toBeLessThanOrEqual(60)
  })
})

describe('others', () => {
  test.each([
    [TROUBLE, 522, 522, 'origin', true],
    ['error code: 521', 521, 521, 'origin', true],
    ['error code: 526', 526, 526, 'origin', false],
    ['error code: 1016', 530, 1016, 'host', false],
    ['error code: 1101', 500, 1101, 'worker', false],
  ])('%j is a failure on the way', (body, status, code, cause, retryable) => {
    expect(answer(body, { status })).toMatchObject({
      kind: 'origin',
      code,
      cause,
      retryable,
      whoBlocked: 'provider',
    })
  })

  test.each([
    ['its header', '', { ...CLOUDFLARE, 'cf-mitigated': 'challenge' }],
    ['its page', CHALLENGE, CLOUDFLARE],
  ])('a challenge is known by %s', (_by, body, headers) => {
    expect(answer(body, { headers })).toMatchObject({
      kind: 'challenge',
      cause: 'challenge',
      code: undefined,
      rayId: RAY,
    })
  })
})

describe('not a block', () => {
  test.each<[string, string, Omit<PlainResponse, 'body'>?]>([
    ['a site’s own 403 behind Cloudflare', '<h1>Forbidden</h1>'],
    ['an empty 403', ''],
    [
      'a site’s own page with Cloudflare’s detection script',
      '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>',
    ],
    [
      'a site’s own page called Access denied',
      '<title>Access denied</title><h1>Access denied</h1>',
    ],
    ['an API’s own error_code', '{"error_code":1010}'],
    ['an API’s own member that looks alike', json({ error_code: 1020, cloudflare_error: 'no' })],
    ['more than the short text', 'error code: 1010 and more text'],
    [
      'the short text from a server of another name',
      'error code: 1020',
      { headers: { Server: 'nginx' } },
    ],
    ['a number that is no code', 'error code: 7777'],
    ['a page about the error that was served well', G1, { status: 200 }],
    ['a redirect', 'error code: 1020', { status: 302 }],
    ['Attention Required without a block', '<title>Attention Required! | Cloudflare</title>'],
  ])('%s', (_name, body, more) => {
    expect(answer(body, more)).toBeNull()
  })

  test.each([
    ['openings of a page', 'id="cf-error-details" class="'],
    ['openings of JSON', '{"error_code":'],
    ['quotes', '"'],
    ['titles', '<title>Attention Required! | Cloudflare</title>'],
    ['spaces', ' '],
  ])('a megabyte of %s is looked at once', (_name, piece) => {
    expect(answer(piece.repeat(1_000_000 / piece.length))).toBeNull()
  })
})

describe('a Response', () => {
  test('stays whole for its owner', async () => {
    const response = new Response(G3 + ' '.repeat(200_000), { status: 403, headers: CLOUDFLARE })
    expect(await identify(response)).toMatchObject({ code: 1020, rayId: RAY })
    expect((await response.text()).length).toBe(G3.length + 200_000)
  })

  test('that was read before is judged by its headers', async () => {
    const headers = { ...CLOUDFLARE, 'cf-mitigated': 'challenge' }
    const response = new Response('x', { status: 403, headers })
    await response.text()
    expect(await identify(response)).toMatchObject({ kind: 'challenge' })
  })

  test('without a body', async () => {
    expect(await identify(new Response(null, { status: 403, headers: CLOUDFLARE }))).toBeNull()
  })

  test('whose body is in the wrong charset', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(G1, 'latin1')])
    expect(await identify(new Response(bytes, { status: 403 }))).toMatchObject({ code: 1020 })
  })
})

describe('what HTTP clients hand over', () => {
  const body = 'error code: 1015'
  const expected = { code: 1015, rayId: RAY, retryAfter: 7 }
  test.each<[string, PlainResponse['headers']]>([
    ['an object in any case', { 'CF-ray': `${RAY}-LHR`, 'RETRY-AFTER': '7' }],
    ['an object with lists, as of Node', { 'cf-ray': `${RAY}-LHR`, 'retry-after': ['7'] }],
    ['Headers', new Headers({ 'CF-RAY': `${RAY}-LHR`, 'Retry-After': '7' })],
    [
      'a Map in any case',
      new Map([
        ['CF-RAY', `${RAY}-LHR`],
        ['Retry-After', '7'],
      ]),
    ],
    [
      'pairs',
      [
        ['CF-RAY', `${RAY}-LHR`],
        ['Retry-After', '7'],
      ],
    ],
  ])('headers: %s', (_name, headers) => {
    expect(identify({ status: 429, headers, body })).toMatchObject(expected)
  })

  test('a body in bytes, also a very large one', () => {
    const headers = { 'cf-ray': `${RAY}-LHR`, 'retry-after': '7' }
    const bytes = new TextEncoder().encode(body)
    expect(identify({ status: 429, headers, body: bytes })).toMatchObject(expected)
    expect(identify({ status: 429, headers, body: Buffer.from(body) })).toMatchObject(expected)
    expect(identify({ status: 403, headers, body: new Uint8Array(5_000_000) })).toBeNull()
  })
})
