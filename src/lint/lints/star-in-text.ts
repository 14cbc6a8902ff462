import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import type { TextTest } from '../text-tests.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

/** Fields whose values sometimes contain stars: SQL comments, parts of bodies. */
const MAY_HOLD_STARS = /^http\.request\.(?:body|uri\.query|uri\.args|uri$|full_uri)|^raw\./

const isMeantAsPattern = ({ kind, text, field }: TextTest, whole: boolean): boolean => {
  if (!text.includes('*')) return false
  if (text === '*') return whole
  if (whole || kind === 'starts_with' || kind === 'ends_with')
    return !/\/\*|\*\//.test(text) || whole || /\w\/\*$/.test(text)
  // `/*` and `*/` delimit SQL comments, and `**` is not wildcard syntax.
  if (MAY_HOLD_STARS.test(field) || text.includes('**')) return false
  return /\w\/?\*(?![/!])/.test(text) || /(?<!\/)\*\/?\w/.test(text)
}

export const starInText: Lint = {
  code: 'star_in_text',
  severity: 'warning',
  title: 'a star without a special meaning',
  explanation:
    'Only `wildcard`, `strict wildcard` and `matches` compare patterns. In `eq`, `in`, `contains`, `starts_with()` and `ends_with()`, `*` is the\n' +
    'character `*`, which very few requests contain. Write `wildcard`, which compares the whole value: `contains "A*B"` becomes\n' +
    '`wildcard "*A*B*"`.',
  bad: [
    'http.user_agent contains "Mozilla*Chrome"',
    'http.request.uri.path eq "/admin/*"',
    'http.host in {"*.shop.test"}',
    'starts_with(http.request.uri.path, "/api/*")',
  ],
  good: [
    'http.request.uri.path wildcard "/admin/*"',
    'http.request.uri.query contains "/*"',
    'http.request.uri.query contains "union/**/select"',
    'http.user_agent matches "Mozilla.*Chrome"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { kind, text, part } = test
      if (/wildcard|matches|[lg][te]/.test(kind) && kind !== 'ends_with' && kind !== 'starts_with')
        continue
      if (!isMeantAsPattern(test, isWhole(test))) continue
      const pattern = patternOf(test)
      report({
        part,
        message: `the \`*\` in ${inBackticks(text)} is a literal star: \`${kind}\` does not support patterns`,
        help: `to use a pattern, write \`wildcard "${pattern}"\``,
      })
    }
  },
}

const patternOf = ({ kind, text }: TextTest): string => {
  const before = kind === 'contains' || kind === 'ends_with' ? '*' : ''
  const after = kind === 'contains' || kind === 'starts_with' ? '*' : ''
  return `${before}${text}${after}`.replace(/\*{2,}/g, '*')
}
