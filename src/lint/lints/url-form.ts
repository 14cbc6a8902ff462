import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { headOf, isPlain } from '../path-tests.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'
import { placeholderIn } from './placeholder.ts'

/** Fields that hold a whole URL. */
const URLS: ReadonlySet<string> = new Set([
  'http.request.full_uri',
  'raw.http.request.full_uri',
  'http.referer',
])

const SCHEME = /^[a-z][\w+.-]*:/i
const ONLY_HOST = /^https?:\/\/[^/?#*]+$/i

export const urlForm: Lint = {
  code: 'url_form',
  severity: 'error',
  title: 'a URL without its scheme or its path',
  explanation:
    '`http.request.full_uri` and `http.referer` contain whole URLs, such as `https://shop.test/a`. A text without `https://` never equals one and never\n' +
    'begins one. `https://shop.test` never equals one either, because the path is at least `/`. To compare the host, write `http.host`, or\n' +
    '`wildcard "https://shop.test/*"`.',
  bad: [
    'http.referer eq "www.shop.test"',
    'http.request.full_uri ne "shop.test/admin"',
    'http.referer in {"https://shop.test" ""}',
    'starts_with(http.request.full_uri, "shop.test/admin")',
    'http.request.full_uri wildcard "shop.test/*"',
  ],
  good: [
    'http.referer eq "https://www.shop.test/"',
    'http.referer eq ""',
    'http.referer contains "shop.test"',
    'http.request.full_uri wildcard "http*://shop.test/*"',
    'http.request.full_uri wildcard "*shop.test/*"',
    'starts_with(http.referer, "https://shop.test")',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { field, text, part, inner } = test
      if (!URLS.has(field) || !isPlain(test)) continue
      const head = headOf(test)
      if (head === undefined || head === '' || placeholderIn(text) !== undefined) continue
      const short = field === 'http.referer' ? 'referrer' : 'URL'
      if (!SCHEME.test(head) && !/^h?t?t?p?s?\*/i.test(head)) {
        const path = isWhole(test) && !text.includes('/') ? '/' : ''
        report({
          part,
          message: `no ${short} begins with ${inBackticks(head)}: it begins with \`https://\``,
          help: /^\w/.test(text)
            ? `write ${inBackticks(`https://${text}${path}`)}`
            : `write \`${test.kind === 'ne' ? `not ${field} ` : ''}contains ${JSON.stringify(text)}\``,
        })
      } else if (isWhole(test) && ONLY_HOST.test(text)) {
        report({
          part,
          message: `no ${short} ends after the host: the shortest path is \`/\``,
          help: `write ${inBackticks(`${text}/`)}`,
          ...(inner === undefined ? {} : { replacements: [{ text: `${text}/`, at: inner }] }),
        })
      }
    }
  },
}
