import type { Lint } from '../lint-type.ts'
import { testsOf } from '../written-tests.ts'

export const doubleEscape: Lint = {
  code: 'double_escape',
  severity: 'warning',
  title: 'a regular expression that looks for a backslash',
  explanation:
    'The string after `matches` keeps its backslashes: `"\\\\."` is the pattern `\\\\.`, which means a backslash and any character. The second\n' +
    'backslash is often left over from JSON or HCL. Write `"\\."`.',
  bad: ['http.request.uri.path matches "\\\\.php$"', 'http.user_agent matches "curl/\\\\d+"'],
  good: [
    'http.request.uri.path matches "\\.php$"',
    'http.request.uri.query matches "\\\\\\\\server"',
    'http.request.uri.query matches "c:\\\\\\\\windows"',
  ],
  expression: (written, report) => {
    for (const { kind, text, part } of testsOf(written)) {
      if (kind !== 'matches') continue
      const found = /(?<!\\)\\\\(?=[.dwsb/?*+()-](?!\\))(?!\\)/.exec(text)
      if (found === null) continue
      const next = text[found.index + 2]
      report({
        part,
        message: `\`\\\\${next}\` looks for a backslash in the text`,
        help: `write \`\\${next}\``,
      })
    }
  },
}
