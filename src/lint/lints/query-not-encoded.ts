import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { isPlain } from '../path-tests.ts'
import type { TextTest } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

/** Fields that keep the escapes the client sends. `path_not_encoded` checks the path. */
const QUERIES: ReadonlySet<string> = new Set([
  'http.request.uri.query',
  'http.request.uri',
  'http.request.full_uri',
  'raw.http.request.uri.query',
  'raw.http.request.uri',
  'raw.http.request.full_uri',
])

/** A space ends the target in a request line. */
const NEVER = / /
/** Characters that browsers escape and some other clients do not. */
const SELDOM = /["<>]|[^ -~]/gu

const escaped = (text: string): string =>
  text.replace(/[ "<>]|[^ -~]/gu, (found) => encodeURIComponent(found))

const isChecked = ({ field, kind }: TextTest): boolean =>
  QUERIES.has(field) && kind !== 'matches' && !/^[lg][te]$/.test(kind)

export const queryNotEncoded: Lint = {
  code: 'query_not_encoded',
  severity: 'error',
  title: 'a query with characters that clients escape',
  explanation:
    'Rules compare the query as the client sends it. A space arrives as `%20` or `+`, so `contains "union select"` is false for every request.\n' +
    'Browsers also escape `"`, `<` and `>`: a search for `<script` finds only clients that do not escape them (a warning). To compare the decoded\n' +
    'query, write `url_decode(http.request.uri.query)`, which also turns `+` into a space.',
  bad: [
    'http.request.uri.query contains "union select"',
    'lower(http.request.uri.query) contains "or 1=1"',
    'http.request.uri contains "?q=<script"',
    'http.request.uri.query wildcard "*name=José*"',
    'http.request.full_uri eq "https://shop.test/?q=a b"',
  ],
  good: [
    'url_decode(http.request.uri.query) contains "union select"',
    'http.request.uri.query contains "union%20select"',
    'http.request.uri.query contains "select"',
    'http.request.uri.args["q"][0] contains "a%20b"',
    'http.request.uri.query matches "union[ +]select"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      if (!isChecked(test) || !isPlain(test)) continue
      const { field, text, part, kind } = test
      const isNever = NEVER.test(text)
      const seldom = [...new Set(text.match(SELDOM) ?? [])]
      if (!isNever && seldom.length === 0) continue
      const decoded = `url_decode(${field})`
      report({
        part,
        ...(isNever ? {} : { severity: 'warning' }),
        message: isNever
          ? `no request contains a space there: clients send \`%20\` or \`+\``
          : `browsers send ${inBackticks(escaped(seldom.join('')))} there, not ${inBackticks(seldom.join(''))}`,
        help: /starts_with|ends_with/.test(kind)
          ? `write \`${kind}(${decoded}, …)\`, or ${inBackticks(escaped(text))}`
          : `write \`${decoded} ${kind} …\`, or ${inBackticks(escaped(text))}`,
      })
    }
  },
}
