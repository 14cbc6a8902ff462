import { describe, expect, test } from 'vitest'
import { createBots } from './bots.ts'
import { BOT_CATEGORIES } from './categories.ts'
import { KNOWN_BOTS, type KnownBot } from './known.ts'
import networks from './networks.json' with { type: 'json' }
import { CHROME, CHROME_HEADERS, HOSTING, PLAIN, question } from './question.fixture.ts'
import type { HostNames } from './verify.ts'

const hostNames = (names: Record<string, readonly string[]>): HostNames => ({
  hosts: (ip) => names[ip.toString()],
})

describe('verified bots', () => {
  const bots = createBots()

  test.each<[userAgent: string, ip: string, category: string]>([
    [
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      '66.249.66.1',
      'Search Engine Crawler',
    ],
    [
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      '2001:4860:4801:10::1',
      'Search Engine Crawler',
    ],
    [
      'AdsBot-Google (+http://www.google.com/adsbot.html)',
      '66.249.90.5',
      'Advertising & Marketing',
    ],
    [
      'FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)',
      '66.249.84.1',
      'Feed Fetcher',
    ],
    [
      'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
      '40.77.167.1',
      'Search Engine Crawler',
    ],
    ['Mozilla/5.0 (Applebot/0.1; +http://www.apple.com/go/applebot)', '17.241.75.9', 'AI Search'],
    [
      'DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)',
      '20.191.45.212',
      'Search Engine Crawler',
    ],
    [
      'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)',
      '5.255.253.1',
      'Search Engine Crawler',
    ],
    [
      'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
      '220.181.108.99',
      'Search Engine Crawler',
    ],
    ['Twitterbot/1.0', '199.16.157.180', 'Page Preview'],
    [
      'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
      '173.252.83.1',
      'Page Preview',
    ],
    ['facebookexternalhit/1.1', '2a03:2880:f000::1', 'Page Preview'],
    [
      'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
      '108.174.5.1',
      'Page Preview',
    ],
    ['TelegramBot (like TwitterBot)', '149.154.161.1', 'Page Preview'],
    ['WhatsApp/2.23.20.0 N', '157.240.1.1', 'Page Preview'],
    ['github-camo (876de43e)', '140.82.115.1', 'Page Preview'],
    ['GitHub-Hookshot/5d2b1f5', '192.30.252.40', 'Webhooks'],
    [
      'Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)',
      '8.29.198.26',
      'Feed Fetcher',
    ],
    [
      'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
      '216.144.248.19',
      'Monitoring & Analytics',
    ],
    [
      'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)',
      '185.39.146.215',
      'Monitoring & Analytics',
    ],
    ['Mozilla/5.0 (StatusCake)', '45.32.7.22', 'Monitoring & Analytics'],
    [
      'Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)',
      '20.171.207.10',
      'AI Crawler',
    ],
    [
      'Mozilla/5.0 (compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot)',
      '51.8.102.9',
      'AI Search',
    ],
    [
      'Mozilla/5.0 (compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
      '23.98.186.65',
      'AI Assistant',
    ],
    [
      'Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
      '216.73.217.4',
      'AI Crawler',
    ],
    ['Mozilla/5.0 (compatible; PerplexityBot/1.0)', '18.97.9.97', 'AI Search'],
    ['CCBot/2.0 (https://commoncrawl.org/faq/)', '18.97.14.81', 'AI Crawler'],
    [
      'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
      '54.36.149.1',
      'Search Engine Optimization',
    ],
    [
      'Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)',
      '185.191.171.9',
      'Search Engine Optimization',
    ],
    [
      'Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)',
      '207.241.229.1',
      'Archiver',
    ],
    ['Stripe/1.0 (+https://stripe.com/docs/webhooks)', '3.18.12.63', 'Webhooks'],
  ])('%s is verified only from %s', (userAgent, ip, category) => {
    expect(bots.judge(question({ userAgent, ip }))).toMatchObject({
      verified: true,
      category,
      score: 1,
    })
    const spoofed = bots.judge(question({ userAgent, ...HOSTING }))
    expect(spoofed).toMatchObject({ verified: false, category: '', score: 1 })
    expect(spoofed.reason).toContain('95.216.1.1 is not in its published ranges')
  })

  test.each([
    ['Twitterbot/1.0', 13414],
    ['facebookexternalhit/1.1', 32934],
    ['YandexBot/3.0', 13238],
    ['github-camo (1)', 36459],
  ])('%s is verified from the network of its operator, AS%i', (userAgent, asn) => {
    expect(bots.judge(question({ userAgent, asn })).verified).toBe(true)
    expect(bots.judge(question({ userAgent, asn: asn + 1 })).verified).toBe(false)
  })

  test("Google's whole network is no proof: anybody can rent a server in it", () => {
    const userAgent = 'Googlebot/2.1'
    expect(bots.judge(question({ userAgent, ip: '34.141.1.1', asn: 396982 })).verified).toBe(false)
    expect(bots.judge(question({ userAgent, ip: '8.8.8.8', asn: 15169 })).verified).toBe(false)
  })

  test('verifies no bot without an address', () => {
    const verdict = bots.judge(question({ userAgent: 'Googlebot/2.1', ip: '' }))
    expect(verdict).toMatchObject({ verified: false, score: 1 })
    expect(verdict.reason).toBe("user agent is Googlebot's, there is no address to check")
  })

  test('a browser in the network of a bot is not that bot', () => {
    const verdict = bots.judge(
      question({ userAgent: CHROME, ip: '66.249.66.1', headers: CHROME_HEADERS })
    )
    expect(verdict).toMatchObject({ verified: false, category: '' })
  })

  test('reasons contain the bot, the address and the proof', () => {
    expect(bots.judge(question({ userAgent: 'Googlebot/2.1', ip: '66.249.66.1' })).reason).toBe(
      "user agent is Googlebot's, 66.249.66.1 is in its published ranges"
    )
    expect(bots.judge(question({ userAgent: 'Twitterbot/1.0', asn: 13414 })).reason).toBe(
      "user agent is Twitterbot's, AS13414 is its operator's own network"
    )
  })
})

describe('bots in shared clouds', () => {
  const slackbot = question({
    userAgent: 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    ip: '54.211.1.1',
    asn: 14618,
  })

  test('are not verified by the cloud, unless sharedClouds is set', () => {
    const strict = createBots().judge(slackbot)
    expect(strict.verified).toBe(false)
    expect(strict.reason).toBe(
      "user agent is Slackbot's, AS14618 is the cloud it runs in, which anybody can rent"
    )
    expect(createBots({ sharedClouds: true }).judge(slackbot)).toMatchObject({
      verified: true,
      category: 'Page Preview',
    })
  })

  test('are never verified from another cloud', () => {
    const elsewhere = { ...slackbot, ...question({ userAgent: slackbot.userAgent, ...HOSTING }) }
    expect(createBots({ sharedClouds: true }).judge(elsewhere).verified).toBe(false)
  })
})

describe('reverse DNS', () => {
  const userAgent = 'Mozilla/5.0 (compatible; Googlebot/2.1)'
  const judge = (names: readonly string[] | undefined) =>
    createBots({ resolver: { hosts: () => names } }).judge(question({ userAgent }))

  test.each([
    ['crawl-203-0-113-7.googlebot.com', true],
    ['google.com', true],
    ['evilgooglebot.com', false],
    ['googlebot.com.evil.example', false],
  ])('%s: %s', (host, verified) => {
    expect(judge([host]).verified).toBe(verified)
  })

  test('reports a pending answer', () => {
    expect(judge(undefined)).toMatchObject({ verified: false })
    expect(judge(undefined).reason).toMatch(/reverse DNS has not answered yet$/)
    expect(judge([]).reason).not.toContain('reverse DNS')
  })

  test('makes no query for an address in the ranges, for a browser, or for a bot without host names', () => {
    let asked = 0
    const bots = createBots({
      resolver: {
        hosts: () => {
          asked++
          return []
        },
      },
    })
    bots.judge(question({ userAgent, ip: '66.249.66.1' }))
    bots.judge(question({ userAgent: CHROME }))
    bots.judge(question({ userAgent: 'GPTBot/1.0' }))
    expect(asked).toBe(0)
    bots.judge(question({ userAgent }))
    expect(asked).toBe(1)
  })

  test('verifies bots without ranges', () => {
    const bots = createBots({ resolver: hostNames({ '203.0.113.7': ['x.crawl.yahoo.net'] }) })
    expect(
      bots.judge(question({ userAgent: 'Mozilla/5.0 (compatible; Yahoo! Slurp)' }))
    ).toMatchObject({
      verified: true,
      category: 'Search Engine Crawler',
    })
  })
})

describe('the options of an owner', () => {
  test('ranges replace the built-in ones', () => {
    const bots = createBots({ ranges: { Googlebot: ['203.0.113.0/24'] } })
    expect(bots.judge(question({ userAgent: 'Googlebot/2.1' })).verified).toBe(true)
    expect(bots.judge(question({ userAgent: 'Googlebot/2.1', ip: '66.249.66.1' })).verified).toBe(
      false
    )
  })

  test('adds bots to the built-in ones, or replaces one', () => {
    const own: KnownBot = {
      name: 'Our monitor',
      category: 'Monitoring & Analytics',
      agents: ['OurMonitor/'],
    }
    const bots = createBots({ bots: [own], ranges: { 'Our monitor': ['203.0.113.7'] } })
    expect(bots.judge(question({ userAgent: 'ourmonitor/1' }))).toMatchObject({
      verified: true,
      category: 'Monitoring & Analytics',
    })
    const replaced = createBots({ bots: [{ ...own, name: 'Googlebot' }] })
    expect(replaced.judge(question({ userAgent: 'Googlebot/2.1' })).reason).toMatch(
      /says it is a bot/
    )
  })

  test('hosting networks extend the built-in ones', () => {
    const bots = createBots({ hosting: { 64496: 'Example' } })
    expect(
      bots.judge(question({ userAgent: CHROME, headers: PLAIN, asn: 64496 })).reason
    ).toContain('AS64496, Example')
  })

  test('refuses an invalid range', () => {
    expect(() => createBots({ ranges: { Googlebot: ['66.249.64.1/20'] } })).toThrow(
      expect.objectContaining({
        code: 'bad_bot_range',
        message:
          'range of Googlebot: "66.249.64.1/20" has host bits set: did you mean 66.249.64.0/20?',
      })
    )
  })

  test('refuses ranges of an unknown bot', () => {
    expect(() => createBots({ ranges: { Gogglebot: ['66.249.64.0/20'] } })).toThrow(
      expect.objectContaining({
        code: 'unknown_bot',
        message: expect.stringContaining('"Gogglebot"'),
      })
    )
  })
})

describe('the built-in tables', () => {
  test("categories are Cloudflare's", () => {
    expect(
      KNOWN_BOTS.filter(({ category }) => !BOT_CATEGORIES.includes(category as never))
    ).toEqual([])
  })

  test('every network can be parsed, belongs to a bot, and has a source', () => {
    const used = new Set(KNOWN_BOTS.flatMap((bot) => bot.networks ?? []))
    expect([...used].sort()).toEqual(Object.keys(networks.networks).sort())
    for (const [name, { source, date }] of Object.entries(networks.networks)) {
      expect(source, name).not.toBe('')
      expect(date, name).toMatch(/^20\d\d-\d\d-\d\d$/)
    }
    const bots = createBots()
    for (const bot of KNOWN_BOTS) {
      const agent = bot.agents[0]!
      const userAgent = typeof agent === 'string' ? agent : agent[1]!
      expect(bots.judge(question({ userAgent, ...HOSTING })), bot.name).toMatchObject({
        verified: false,
        score: 1,
      })
    }
  })
})
