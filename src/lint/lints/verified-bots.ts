import type { Value } from '../../language/types.ts'
import type { Part } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { hostsTaken, STOPS } from '../site-requests.ts'
import type { Written } from '../subject.ts'
import { nodesOf, testsOf } from '../written-tests.ts'

const CLIENT_BOT = 'cf.client.bot'
const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36'

const COMMON = {
  'ip.src.country': 'US',
  'http.referer': '',
  'cf.bot_management.score': 50,
} as const

const AS_CRAWLER: Readonly<Record<string, Value>> = {
  ...COMMON,
  'http.user_agent': CRAWLER,
  [CLIENT_BOT]: true,
  'cf.bot_management.verified_bot': true,
  'cf.verified_bot_category': 'Search Engine Crawler',
}

const AS_BROWSER: Readonly<Record<string, Value>> = {
  ...COMMON,
  'http.user_agent': BROWSER,
  [CLIENT_BOT]: false,
  'cf.bot_management.verified_bot': false,
  'cf.verified_bot_category': '',
}

/** An expression that names a search engine or the category is deliberate. */
const NAMES_THEM = /google|bing|yandex|baidu|duckduck|search engine/i

/**
 * Returns the condition that matches verified bots: the field for verified bots, or a test of their user agents.
 */
const partOf = (written: Written): { part: Part; isField: boolean } | undefined => {
  const field = nodesOf(written).find((node) => node.kind === 'field' && node.name === CLIENT_BOT)
  if (field !== undefined && !/not\s+\(*$|!\s*\(*$/.test(written.source.slice(0, field.start))) {
    return { part: { start: field.start, length: field.end - field.start }, isField: true }
  }
  const test = testsOf(written).find(
    (one) =>
      one.field === 'http.user_agent' &&
      one.text !== '' &&
      CRAWLER.toLowerCase().includes(one.text.replaceAll('*', '').toLowerCase())
  )
  return test && { part: test.whole, isField: false }
}

export const verifiedBots: Lint = {
  code: 'verified_bots',
  severity: 'warning',
  title: 'a bot rule that stops search engines',
  explanation:
    '`cf.client.bot` is true for bots that Cloudflare has verified, such as Googlebot and bingbot. A rule that blocks them removes the site from\n' +
    'search engines. To block other bots, exclude the verified ones: `http.user_agent contains "bot" and not cf.client.bot`. The lint ignores\n' +
    'rules for one part of the site, and rules that name a search engine or the category.',
  bad: [
    'cf.client.bot',
    'cf.client.bot or cf.waf.score lt 20',
    'http.user_agent contains "bot" or http.user_agent contains "spider"',
    'http.host eq "shop.test" and lower(http.user_agent) contains "bot"',
  ],
  good: [
    'http.user_agent contains "bot" and not cf.client.bot',
    'http.user_agent contains "bot" and not http.user_agent contains "Googlebot"',
    'cf.client.bot and http.request.uri.path eq "/search"',
    'cf.verified_bot_category eq "AI Crawler"',
    'not cf.client.bot and http.user_agent contains "python"',
    { yaml: 'rules: [{ name: a, action: skip, expression: cf.client.bot }]\n' },
  ],
  expression: (written, report) => {
    const { rule, role, source } = written
    if (role !== 'expression' || !STOPS.has(rule.draft.action ?? '')) return
    if (NAMES_THEM.test(source)) return
    const found = partOf(written)
    if (found === undefined) return
    const browsed = hostsTaken(written, AS_BROWSER)
    if (!hostsTaken(written, AS_CRAWLER).some((host) => !browsed.includes(host))) return
    report({
      part: found.part,
      message: found.isField
        ? '`cf.client.bot` is true only for verified bots such as Googlebot: this rule stops them'
        : 'this rule also stops verified bots such as Googlebot',
      help: found.isField
        ? 'to stop other bots, write a condition that identifies them, and `not cf.client.bot`'
        : 'add `and not cf.client.bot`',
    })
  },
}
