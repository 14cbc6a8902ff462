import type { Lint } from '../lint-type.ts'
import { headOf, isPlain, PATHS } from '../path-tests.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

export const pathWithQuery: Lint = {
  code: 'path_with_query',
  severity: 'error',
  title: 'a path that contains a query or a fragment',
  explanation:
    '`http.request.uri.path` ends before the `?`, and `http.request.uri.query` begins after it. Clients never send the part after `#`. To compare\n' +
    'path and query together, use `http.request.uri`.',
  bad: [
    'http.request.uri.path contains "?"',
    'http.request.uri.path eq "/search?q=a"',
    'http.request.uri.path wildcard "/a?b*"',
    'http.request.uri.path contains "#top"',
    'starts_with(http.request.uri.query, "?q=")',
    'http.request.uri.query eq "?q=a"',
  ],
  good: [
    'http.request.uri contains "?"',
    'http.request.uri.query contains "?"',
    'http.request.uri.path matches "^/a/?$"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { field, kind, text, part } = test
      if (kind === 'matches' || !isPlain(test)) continue
      const [mark] = /[?#]/.exec(text) ?? []
      if (PATHS.has(field) && mark !== undefined) {
        report({
          part,
          message: `no path contains \`${mark}\`: the path ends before the query`,
          help:
            mark === '?'
              ? 'write `http.request.uri`, which contains path and query'
              : 'clients do not send the fragment: remove it',
        })
      }
      const head = headOf(test)
      if (/(?:^|\.)http\.request\.uri\.query$/.test(field) && head?.startsWith('?')) {
        report({
          part,
          message: 'no query begins with `?`: the query starts after it',
          help: `write \`"${text.slice(1)}"\``,
          ...(test.inner === undefined || isWhole(test)
            ? {}
            : { replacements: [{ text: text.slice(1), at: test.inner }] }),
        })
      }
    }
  },
}
