import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import type { TextTest } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

const FOLDS: Readonly<
  Record<string, { never: RegExp; fold: (text: string) => string; words: string }>
> = {
  lower: {
    never: /[A-Z]/,
    fold: (text) => text.replace(/[A-Z]+/g, (run) => run.toLowerCase()),
    words: 'capital letters',
  },
  upper: {
    never: /[a-z]/,
    fold: (text) => text.replace(/[a-z]+/g, (run) => run.toUpperCase()),
    words: 'lower-case letters',
  },
}
/** Excludes orderings, which do not concern single texts, and `wildcard`, which ignores case. */
const KINDS: ReadonlySet<TextTest['kind']> = new Set([
  'eq',
  'ne',
  'in',
  'contains',
  'starts_with',
  'ends_with',
  'strict wildcard',
])

export const letterCase: Lint = {
  code: 'letter_case',
  severity: 'error',
  title: 'the result of `lower()` or `upper()` is compared with the wrong case',
  explanation:
    '`lower(x)` has no capital letters, so `lower(x) contains "Curl"` is false for every request. Write the text in lower case. Both functions\n' +
    'change only ASCII letters. `--fix` changes the case of the text.',
  bad: [
    'lower(http.user_agent) contains "Curl"',
    'starts_with(lower(http.request.uri.path), "/Admin")',
    'upper(http.host) in {"SHOP.TEST" "www.shop.test"}',
  ],
  good: [
    'lower(http.user_agent) contains "curl"',
    'lower(http.request.uri.path) wildcard "/Admin/*"',
    'len(lower(http.user_agent)) gt 5',
  ],
  expression: (written, report) => {
    for (const { kind, through, text, part, inner } of testsOf(written)) {
      const fold = FOLDS[through[0] ?? '']
      if (fold === undefined || !KINDS.has(kind) || !fold.never.test(text)) continue
      const folded = fold.fold(text)
      report({
        part,
        message: `${inBackticks(text)} has ${fold.words}, which \`${through[0]}()\` never returns`,
        help: `write ${inBackticks(folded)}`,
        ...(inner === undefined ? {} : { replacements: [{ text: folded, at: inner }] }),
      })
    }
  },
}
