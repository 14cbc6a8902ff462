import { describe, expect, test } from 'vitest'
import { createBots } from './bots.ts'
import { BROWSERS } from './browsers.fixture.ts'
import { CHROME, CHROME_HEADERS, HOSTING, PLAIN, question } from './question.fixture.ts'

const FIREFOX = BROWSERS.find((text) => text.endsWith('Firefox/145.0'))!
const SAFARI = BROWSERS.find((text) => text.includes('Version/18.1 Safari'))!
const CHROME_JA4 = 't13d1517h2_8daaf6152771_cb7bf5808d99'

describe('scores of other clients', () => {
  const bots = createBots()

  test.each([
    ['curl/8.5.0', 1],
    ['python-requests/2.31.0', 1],
    ['Go-http-client/2.0', 1],
    ['Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)', 1],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36',
      1,
    ],
    ['', 2],
    ['MyOwnClient 1.0', 10],
    ['Shop/12 CFNetwork/1568.100.1 Darwin/24.0.0', 20],
  ])('%s: %i', (userAgent, score) => {
    // Headers of a browser do not help who says what he is.
    expect(bots.judge(question({ userAgent, headers: CHROME_HEADERS })).score).toBe(score)
  })
})

describe('scores of browsers', () => {
  const bots = createBots()

  test('every browser with the headers of a browser counts as a person, with and without TLS', () => {
    const low = BROWSERS.map((userAgent) => [
      userAgent,
      bots.judge(question({ userAgent, headers: PLAIN })).score,
    ]).filter(([, score]) => (score as number) < 90)
    expect(low).toEqual([])
  })

  test.each<[what: string, given: Parameters<typeof question>[0], score: number, reason: RegExp]>([
    [
      'Chrome over TLS',
      { userAgent: CHROME, headers: CHROME_HEADERS, ja4: CHROME_JA4 },
      99,
      /^everything fits Chrome 142$/,
    ],
    [
      'Firefox over TLS',
      {
        userAgent: FIREFOX,
        headers: { ...PLAIN, 'sec-fetch-mode': 'navigate' },
        ja4: 't13d1717h2_5b57614c22b0_3cbfd9057e0d',
      },
      99,
      /fits Firefox 145/,
    ],
    [
      'Safari over TLS',
      { userAgent: SAFARI, headers: PLAIN, ja4: 't13d2014h2_a09f3c656075_14788d8d241b' },
      99,
      /fits Safari 18/,
    ],
    [
      'a browser over an unknown TLS',
      { userAgent: SAFARI, headers: PLAIN, ja4: 't13d1613h2_46e7e9700bed_45f260be83e2' },
      95,
      /fits/,
    ],
    ['what is no JA4', { userAgent: SAFARI, headers: PLAIN, ja4: 'nonsense' }, 95, /fits/],
    [
      'a WebSocket',
      {
        userAgent: CHROME,
        headers: { 'accept-language': 'en', 'accept-encoding': 'gzip', upgrade: 'websocket' },
        ja4: 't13d1516h1_8daaf6152771_cb7bf5808d99',
      },
      99,
      /fits/,
    ],
    [
      'a browser through a VPN',
      { userAgent: CHROME, headers: CHROME_HEADERS, asn: 9009 },
      65,
      /hosting network \(AS9009, M247\)/,
    ],
    [
      'no headers at all',
      { userAgent: CHROME },
      5,
      /no accept, no accept-language, no accept-encoding/,
    ],
    [
      'no accept-language',
      { userAgent: CHROME, headers: { ...PLAIN, 'accept-language': undefined as never } },
      65,
      /no accept-language$/,
    ],
    [
      'Chrome without client hints over TLS',
      { userAgent: CHROME, headers: PLAIN, ja4: CHROME_JA4 },
      39,
      /no sec-ch-ua, no sec-fetch-mode$/,
    ],
    [
      'Firefox with client hints',
      { userAgent: FIREFOX, headers: CHROME_HEADERS },
      35,
      /which only Chromium sends/,
    ],
    [
      'client hints of another version',
      { userAgent: CHROME, headers: { ...CHROME_HEADERS, 'sec-ch-ua': '"Chromium";v="120"' } },
      35,
      /another version/,
    ],
    [
      'client hints of an automated browser',
      {
        userAgent: CHROME,
        headers: { ...CHROME_HEADERS, 'sec-ch-ua': '"HeadlessChrome";v="142"' },
      },
      1,
      /automated browser/,
    ],
    [
      "curl's TLS",
      { userAgent: CHROME, headers: CHROME_HEADERS, ja4: 't13d3112h2_e8f1e7e78f70_b26ce05bbdd6' },
      35,
      /that of curl/,
    ],
    [
      "Python's TLS and headers",
      {
        userAgent: CHROME,
        headers: { accept: '*/*' },
        ja4: 't13d1813h1_85036bcba153_d339722ba4af',
      },
      2,
      /that of Python/,
    ],
    [
      "Chrome's TLS under Firefox's name",
      { userAgent: FIREFOX, headers: { ...PLAIN, 'sec-fetch-mode': 'cors' }, ja4: CHROME_JA4 },
      35,
      /another browser's/,
    ],
    [
      'many ciphers',
      { userAgent: SAFARI, headers: PLAIN, ja4: 't13d4906h2_0123456789ab_0123456789ab' },
      35,
      /as many TLS ciphers/,
    ],
    [
      'old TLS',
      { userAgent: SAFARI, headers: PLAIN, ja4: 't12d1909h2_d83cc789557e_7af1ed941c26' },
      35,
      /TLS 1\.3/,
    ],
    [
      'TLS without HTTP/2',
      { userAgent: SAFARI, headers: PLAIN, ja4: 't13d1609h1_d83cc789557e_7af1ed941c26' },
      35,
      /HTTP\/2/,
    ],
    [
      'a far too long name',
      { userAgent: `${CHROME} ${'x'.repeat(64_000)}`, headers: PLAIN },
      65,
      /too long/,
    ],
  ])('%s', (_, given, score, reason) => {
    const verdict = bots.judge(question(given))
    expect(verdict).toMatchObject({ verified: false, category: '', score })
    expect(verdict.reason).toMatch(reason)
  })

  test('the score stays within 2 and 99', () => {
    const worst = bots.judge(
      question({
        userAgent: FIREFOX,
        ...HOSTING,
        headers: { 'sec-ch-ua': 'x' },
        ja4: 't12d4906h1_0123456789ab_0123456789ab',
      })
    )
    expect(worst.score).toBe(2)
  })
})

describe('hostile requests', () => {
  const bots = createBots()

  test.each([
    ['controls', '\u0000\u0001\u001b[31m'],
    ['lone surrogates', '\ud800'.repeat(500)],
    ['the longest', 'Googlebot '.repeat(6_500)],
    ['spaces', ' '.repeat(65_536)],
    ['regular expressions', '(a+)+$'.repeat(1_000)],
    ['names of members', '__proto__ constructor toString'],
  ])('%s', (_, userAgent) => {
    const verdict = bots.judge(question({ userAgent, headers: { 'sec-ch-ua': userAgent } }))
    expect(verdict.verified).toBe(false)
    expect(verdict.score).toBeGreaterThanOrEqual(1)
    expect(verdict.reason.length).toBeLessThan(200)
    expect(verdict.reason).not.toContain(userAgent.trim().slice(0, 40) || '\u0000')
  })

  test('judges the same user agent separately for each address', () => {
    const userAgent = 'Googlebot/2.1'
    expect(bots.judge(question({ userAgent, ip: '66.249.66.1' })).verified).toBe(true)
    expect(bots.judge(question({ userAgent, ...HOSTING })).verified).toBe(false)
    expect(bots.judge(question({ userAgent, ip: '66.249.66.1' })).verified).toBe(true)
  })
})
