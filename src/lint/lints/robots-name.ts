import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { testsOf } from '../written-tests.ts'

/**
 * Tokens that only robots.txt uses.
 *
 * Sources: https://developers.google.com/search/docs/crawling-indexing/google-common-crawlers ("doesn't have a separate HTTP request
 * user agent string") and https://support.apple.com/119829 ("does not crawl webpages").
 */
const ROBOTS_NAMES: ReadonlySet<string> = new Set(['google-extended', 'applebot-extended'])

export const robotsName: Lint = {
  code: 'robots_name',
  severity: 'error',
  title: 'a name that exists only in robots.txt',
  explanation:
    '`Google-Extended` and `Applebot-Extended` are names for robots.txt, and no client sends them. Google and Apple fetch pages as Googlebot and\n' +
    'Applebot, and robots.txt tells them how they may use the pages.',
  bad: [
    'http.user_agent contains "Google-Extended"',
    'lower(http.user_agent) contains "applebot-extended"',
    'http.user_agent wildcard "*google-extended*"',
  ],
  good: ['http.user_agent contains "Applebot"', 'http.user_agent contains "Google-CloudVertexBot"'],
  expression: (written, report) => {
    for (const { field, text, part } of testsOf(written)) {
      if (field !== 'http.user_agent') continue
      const name = text.replaceAll('*', '')
      if (!ROBOTS_NAMES.has(name.toLowerCase())) continue
      report({
        part,
        message: `no client sends ${inBackticks(name)}: it is a name for robots.txt only`,
        help: 'disallow it in robots.txt, and remove it here',
      })
    }
  },
}
