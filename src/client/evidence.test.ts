import { gzipSync } from 'node:zlib'
import { build } from 'tsdown'
import { describe, expect, test } from 'vitest'
import { identify } from './identify.ts'

const SERVER = { server: 'cloudflare' }
const bare = (status: string, server = 'cloudflare') =>
  `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`

describe('an empty body, as of HEAD', () => {
  test.each([520, 521, 522, 523, 524, 525, 526, 527, 530])(
    '%i is Cloudflare’s own status',
    async (status) => {
      const expected = { kind: 'origin', code: status, whoBlocked: 'provider' }
      expect(identify({ status, headers: SERVER, body: '' })).toMatchObject(expected)
      expect(identify({ status, headers: SERVER })).toMatchObject(expected)
      expect(identify({ status, headers: SERVER, body: null })).toMatchObject(expected)
      expect(await identify(new Response(null, { status, headers: SERVER }))).toMatchObject(
        expected
      )
    }
  )

  test.each<[number, Record<string, string>, string]>([
    [522, {}, ''],
    [522, { server: 'nginx' }, ''],
    [522, SERVER, '{"error":"of the site"}'],
    [519, SERVER, ''],
    [528, SERVER, ''],
    [529, SERVER, ''],
    [531, SERVER, ''],
    [403, SERVER, ''],
    [500, SERVER, ''],
    [503, SERVER, ''],
  ])('%i of %j with %j says nothing', (status, headers, body) => {
    expect(identify({ status, headers, body })).toBeNull()
  })
})

describe('the bare page', () => {
  test.each([
    [400, 'Bad Request', 'block', 'request', undefined],
    [403, 'Forbidden', 'block', 'request', undefined],
    [413, 'Payload Too Large', 'block', 'request', undefined],
    [429, 'Too Many Requests', 'rate-limit', 'rate', 1015],
    [502, 'Bad Gateway', 'origin', 'origin', 502],
    [504, 'Gateway Time-out', 'origin', 'origin', 504],
  ])('%i %s', (status, reason, kind, cause, code) => {
    for (const server of ['cloudflare', 'cloudflare-nginx']) {
      const body = bare(`${status} ${reason}`, server)
      const expected = {
        kind,
        cause,
        code,
        whoBlocked: kind === 'rate-limit' ? 'site owner' : 'provider',
      }
      expect(identify({ status, headers: SERVER, body })).toMatchObject(expected)
      expect(identify({ body })).toMatchObject(expected)
    }
  })

  test.each(['nginx', 'openresty', 'cloudflare is down', 'not cloudflare'])('of %s', (server) => {
    expect(
      identify({ status: 403, headers: SERVER, body: bare('403 Forbidden', server) })
    ).toBeNull()
  })
})

const CHALLENGES = {
  'Please Wait': `<title>Please Wait... | Cloudflare</title><h1>Checking</h1><form id="challenge-form">`,
  'Just a moment': `<title>Just a moment...</title>`,
  'any language': `<title>Un momento</title><script>window._cf_chl_opt={}</script>`,
  CAPTCHA: `<title>Attention Required! | Cloudflare</title><div class="cf-captcha-container">`,
  'One more step': `<title>Attention Required! | Cloudflare</title><h1 data-translate="challenge_headline">One more step</h1>`,
}
const BANS = {
  'WAF page': `<title>Attention Required! | Cloudflare</title><h1 data-translate="block_headline">Sorry</h1>`,
  'WAF page, only its second headline': `<title>Attention Required! | Cloudflare</title><span data-translate="unable_to_access">`,
  g1: `<title>Access denied | shop.test used Cloudflare to restrict access</title><span class="cf-error-code">1006</span>`,
  g2: `<span data-translate="error">Error</span>\n<span>1006</span>`,
  g3: `<title>Access denied</title><span class="cf-code-label">Error code <span>1020</span></span>`,
  bare: bare('403 Forbidden'),
}

describe('bans and challenges', () => {
  test.each(Object.entries(CHALLENGES))('%s is a challenge', (_name, body) => {
    expect(identify({ status: 503, headers: SERVER, body })).toMatchObject({ kind: 'challenge' })
  })

  test.each(Object.entries(BANS))('%s is a ban', (_name, body) => {
    expect(identify({ status: 403, headers: SERVER, body })).toMatchObject({ kind: 'block' })
  })

  test.each(Object.entries(BANS))(
    '%s stays a ban with a challenge’s script beside it',
    (_name, body) => {
      const more = `${body}<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script><a class="cf-captcha">`
      expect(identify({ status: 403, headers: SERVER, body: more })).toMatchObject({
        kind: 'block',
      })
    }
  )
})

/** gzipped and minified, bytes */
const MAX_CLIENT_BYTES = 4_096

test('the client is small, and stands alone', async () => {
  const [bundle] = await build({
    config: false,
    entry: [new URL('./index.ts', import.meta.url).pathname],
    minify: true,
    dts: false,
    write: false,
    // Else it empties `dist`, which other tests are running.
    clean: false,
    logLevel: 'silent',
  })
  const chunks = bundle!.chunks.filter((chunk) => chunk.type === 'chunk')
  expect(chunks).toHaveLength(1)
  expect(chunks[0]!.imports).toEqual([])
  expect(chunks[0]!.code).toContain('cf-mitigated')
  expect(gzipSync(chunks[0]!.code).length).toBeLessThan(MAX_CLIENT_BYTES)
})
