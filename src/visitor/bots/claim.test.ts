import corpus from 'crawler-user-agents'
import { describe, expect, test } from 'vitest'
import { BROWSERS } from './browsers.fixture.ts'
import { createClaims } from './claim.ts'
import table from './crawlers.json' with { type: 'json' }
import { KNOWN_BOTS } from './known.ts'

const claimOf = createClaims(KNOWN_BOTS)

describe('user agents of bots', () => {
  const samples = corpus.flatMap(({ instances }) => instances)

  test('recognises every sample of the corpus', () => {
    expect(samples.length).toBeGreaterThan(2000)
    const missed = samples.filter((text) =>
      ['browser', 'app', 'other', 'empty'].includes(claimOf(text).kind)
    )
    expect(missed).toEqual([])
  })

  test('the table comes from the installed corpus', () => {
    expect(table.patterns).toBe(corpus.length)
  })

  test.each([
    ['curl/8.5.0', 'http-library', 'curl'],
    ['python-requests/2.31.0', 'http-library', 'python-requests'],
    ['Python/3.12 aiohttp/3.9.1', 'http-library', 'aiohttp'],
    ['python-httpx/0.27.0', 'http-library', 'httpx'],
    ['Go-http-client/2.0', 'http-library', 'Go-http-client'],
    ['okhttp/4.12.0', 'http-library', 'okhttp'],
    ['node', 'http-library', 'node'],
    ['undici', 'http-library', 'undici'],
    ['axios/1.7.2', 'http-library', 'axios'],
    ['Wget/1.21.4', 'http-library', 'Wget'],
    ['Java/17.0.9', 'http-library', 'java'],
    ['PostmanRuntime/7.36.0', 'http-library', 'postmanruntime'],
    ['Apache-HttpClient/4.5.14 (Java/17.0.9)', 'http-library', 'Apache-HttpClient'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36',
      'browser-automation',
      'HeadlessChrome',
    ],
    ['sqlmap/1.8#stable (https://sqlmap.org)', 'scanner', 'sqlmap'],
    ['Mozilla/5.0 (compatible; NewThing/1.0; +https://new.example/about)', 'crawler', '+http'],
    ['ourlittlespider 0.1', 'crawler', 'spider'],
    ['Shop/12 CFNetwork/1568.100.1 Darwin/24.0.0', 'app', 'cfnetwork'],
    ['Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7)', 'app', 'dalvik'],
    ['MyOwnClient 1.0', 'other', ''],
    ['Mozilla/5.0', 'other', ''],
    ['', 'empty', ''],
    [' \t', 'empty', ''],
  ])('%s', (text, kind, name) => {
    expect(claimOf(text)).toEqual({ kind, name })
  })

  test.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Googlebot'],
    ['GOOGLEBOT', 'Googlebot'],
    ['AdsBot-Google (+http://www.google.com/adsbot.html)', 'AdsBot-Google'],
    ['TelegramBot (like TwitterBot)', 'TelegramBot'],
    ['Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)', 'Feedly'],
    ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'Slackbot'],
    ['github-camo (876de43e)', 'GitHub Camo'],
    ['WhatsApp/2.23.20.0', 'WhatsApp'],
    ['Pinterest/0.2 (+https://www.pinterest.com/bot.html)', 'Pinterestbot'],
    ['Stripe/1.0 (+https://stripe.com/docs/webhooks)', 'Stripe'],
    [
      "Mozilla/5.0 (compatible; Let's Encrypt validation server; +https://www.letsencrypt.org)",
      "Let's Encrypt",
    ],
  ])('%s claims to be %s', (text, name) => {
    expect(claimOf(text)).toMatchObject({ kind: 'known', name })
  })

  test('"like" before the name of a bot is not a claim', () => {
    expect(claimOf('FreshRSS/1.24.3 (Linux; https://freshrss.org) like Googlebot').kind).toBe(
      'crawler'
    )
  })

  test('ignores a bot after the part that is read', () => {
    expect(claimOf(`${'x'.repeat(1024)} Googlebot/2.1`).kind).toBe('other')
    expect(claimOf(`${'x'.repeat(1000)} Googlebot/2.1`).kind).toBe('known')
  })
})

describe('user agents of browsers', () => {
  test('belong to no bot', () => {
    expect(BROWSERS.length).toBeGreaterThanOrEqual(40)
    const taken = BROWSERS.map((text) => [text, claimOf(text)] as const).filter(
      ([, { kind }]) => kind !== 'browser'
    )
    expect(taken).toEqual([])
  })

  test.each([
    [/Edg\/142/, 'Chrome 142', 'chromium'],
    [/Firefox\/145\.0$/, 'Firefox 145', 'gecko'],
    [/CriOS/, 'Chrome on iOS 126', 'webkit'],
    [/FxiOS/, 'Firefox on iOS 130', 'webkit'],
    [/Version\/18\.1 Safari/, 'Safari 18', 'webkit'],
    [/\[FBAN/, 'a WebKit browser', 'webkit'],
    [/Epiphany/, 'a Gecko browser', 'gecko'],
    [/MSIE 8/, 'Internet Explorer 8', 'old'],
    [/Presto/, 'Opera 2', 'old'],
  ])('%s', (which, name, engine) => {
    const text = BROWSERS.find((each) => which.test(each))!
    expect(claimOf(text)).toMatchObject({ name, browser: { engine } })
  })
})
