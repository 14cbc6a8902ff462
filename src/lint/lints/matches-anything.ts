import type { Lint } from '../lint-type.ts'
import { testsOf } from '../written-tests.ts'

const EMPTY: ReadonlySet<string> = new Set(['contains', 'starts_with', 'ends_with', 'matches'])

export const matchesAnything: Lint = {
  code: 'matches_anything',
  severity: 'error',
  title: 'a text or a pattern that matches everything',
  explanation:
    'Every value contains the empty text, and begins and ends with it. `wildcard "*"` also matches every value. To check whether a header exists,\n' +
    'compare with `ne ""`, or use `len(http.request.headers["x-name"]) gt 0`.',
  bad: [
    'http.user_agent contains ""',
    'starts_with(http.request.uri.path, "")',
    'http.host wildcard "*"',
    'http.referer matches ".*"',
  ],
  good: [
    'http.user_agent eq ""',
    'http.user_agent ne ""',
    'http.host wildcard "*.shop.test"',
    'http.referer matches ".+"',
  ],
  expression: (written, report) => {
    for (const { kind, text, part } of testsOf(written)) {
      const isEmpty = text === '' && EMPTY.has(kind)
      const isAll =
        (/wildcard/.test(kind) && text === '*') ||
        (kind === 'matches' && /^\^?(?:\.\*)?\$?$/.test(text) && text !== '^$')
      if (!isEmpty && !isAll) continue
      report({
        part,
        message: `every value ${kind === 'contains' ? 'contains' : 'matches'} \`"${text}"\``,
        help: 'to test for a non-empty value, write `ne ""`',
      })
    }
  },
}
