import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { headOf, isPlain, PATHS, URIS } from '../path-tests.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

/** The target of `OPTIONS *`. */
const STAR = '*'

export const pathWithoutSlash: Lint = {
  code: 'path_without_slash',
  severity: 'error',
  title: 'a path without its first slash',
  explanation:
    'Every path begins with `/`, so a text without it never equals a path and never begins one. To compare the end of a file name, use\n' +
    '`http.request.uri.path.extension in {"zip"}` or `ends_with(http.request.uri.path, ".zip")`.',
  bad: [
    'http.request.uri.path in {"zip"}',
    'http.request.uri.path eq "admin"',
    'starts_with(lower(http.request.uri.path), "wp-admin")',
    'http.request.uri wildcard "admin/*"',
    'http.request.uri eq ""',
    'http.request.uri.path ne ""',
  ],
  good: [
    'http.request.uri.path.extension in {"zip"}',
    'http.request.uri.path eq "/admin"',
    'http.request.uri.path contains "admin"',
    'http.request.uri.path wildcard "*admin"',
    'http.request.uri.path eq "*"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      if (!(PATHS.has(test.field) || URIS.has(test.field)) || !isPlain(test)) continue
      const head = headOf(test)
      if (head === '' && isWhole(test)) {
        report({
          part: test.part,
          message: 'no path is empty: the shortest path is `/`',
          help: 'for the home page, write `"/"`',
        })
        continue
      }
      if (head === undefined || head === '' || head.startsWith('/') || head === STAR) continue
      const isEnding = isWhole(test) && /^\.?[a-z0-9]{1,5}$/i.test(test.text)
      const ending = test.text.replace(/^\./, '')
      report({
        part: test.part,
        message: `no path begins with ${inBackticks(head)}: every path begins with \`/\``,
        help: isEnding
          ? `write \`"/${test.text}"\`; to test the file extension, write \`http.request.uri.path.extension eq "${ending}"\``
          : `write \`"/${test.text}"\`, or \`contains\``,
      })
    }
  },
}
