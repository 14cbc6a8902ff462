import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { testsOf } from '../written-tests.ts'

/** Matches a final `/*`, which means any number of slashes. `/.*` and `[^/]*` are deliberate. */
const GLOB = /(?<![\\\]}])\/\*\$?$/

export const globInRegex: Lint = {
  code: 'glob_in_regex',
  severity: 'warning',
  title: 'a file-name wildcard in a regular expression',
  explanation:
    'In a regular expression, `/*` means any number of slashes, including none: `matches "^/call/*"` is true for `/callback`, and `matches "/*"` for\n' +
    'every path. To match everything below a folder, write `^/call/`, or `wildcard "/call/*"`, which works without a Business plan.',
  bad: ['http.request.uri.path matches "^/call/*"', 'http.request.uri.path matches "/*"'],
  good: [
    'http.request.uri.path matches "^/call/"',
    'http.request.uri.path matches "^/call/.*"',
    'http.request.uri.path matches "^/a/*b"',
    'http.request.uri.path wildcard "/call/*"',
  ],
  expression: (written, report) => {
    for (const { kind, text, part } of testsOf(written)) {
      if (kind !== 'matches' || !GLOB.test(text)) continue
      const folder = text.replace(/^\^/, '').replace(/\*\$?$/, '')
      report({
        part,
        message: 'in a regular expression, `/*` means any number of slashes, including none',
        help: `write ${inBackticks(`matches "^${folder}"`)} or ${inBackticks(`wildcard "${folder}*"`)}`,
      })
    }
  },
}
