import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { testsOf } from '../written-tests.ts'

/** Syntax that only regular expressions have: `.*`, `\d`, `(a|b)`, an anchor before a path. */
const PATTERN = /\.\*|\\[dws]|\(\?i\)|\([\w/.-]+(?:\|[\w/.-]+)+\)|^\^\/|\[[a-z]-[a-z]|\[0-9\]/

export const regexInText: Lint = {
  code: 'regex_in_text',
  severity: 'warning',
  title: 'a regular expression in a plain comparison',
  explanation:
    '`contains`, `eq` and `in` compare plain text: `contains "(bot|spider)"` looks for the parentheses and the bar too. Write `matches` (Business plan\n' +
    'and higher), or one comparison for each text.',
  bad: [
    'http.user_agent contains "(bot|spider)"',
    'http.request.uri.path eq "^/admin"',
    'http.host contains ".*shop"',
  ],
  good: [
    'http.user_agent matches "(bot|spider)"',
    'http.user_agent contains "(compatible; bot)"',
    'http.request.uri.path contains "..."',
  ],
  expression: (written, report) => {
    for (const { kind, text, part } of testsOf(written)) {
      if (!['contains', 'eq', 'ne', 'in', 'starts_with', 'ends_with'].includes(kind)) continue
      const found = PATTERN.exec(text)
      if (found === null) continue
      report({
        part,
        message: `${inBackticks(found[0])} is literal text: \`${kind}\` does not support regular expressions`,
        help: 'to use a pattern, write `matches`',
      })
    }
  },
}
