import { nearest } from '../../nearest.ts'
import { inBackticks } from '../../rules/node.ts'
import { BOT_CATEGORIES } from '../../visitor/bots/categories.ts'
import type { Lint } from '../lint-type.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

/**
 * Fields with few values, listed at https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/.
 */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'cf.verified_bot_category': BOT_CATEGORIES,
  'cf.tls_version': ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'],
  'cf.waf.score.class': ['attack', 'likely_attack', 'likely_clean', 'clean'],
}

/** Also matches by prefix (`Monitoring`) and by suffix (`1.2` for `TLSv1.2`). */
const meantBy = (text: string, values: readonly string[]): string | undefined => {
  const lower = text.toLowerCase().replaceAll(' ', '')
  const parts = values.filter((value) => {
    const other = value.toLowerCase().replaceAll(' ', '')
    return other === lower || other.startsWith(lower) || other.endsWith(lower)
  })
  return parts.length === 1 ? parts[0] : nearest(text, values)
}

export const unknownValue: Lint = {
  code: 'unknown_value',
  severity: 'error',
  title: 'a text that the field never has',
  explanation:
    'Some fields have few values: `cf.verified_bot_category` is one of the documented categories, `cf.tls_version` is a text such as `TLSv1.2`, and\n' +
    '`cf.waf.score.class` is `attack`, `likely_attack`, `likely_clean` or `clean`. The comparison is case-sensitive. `--fix` writes the value if\n' +
    'there is no doubt.',
  bad: [
    'cf.verified_bot_category in {"Search Engine Crawler" "Monitoring"}',
    'cf.verified_bot_category eq "ai crawler"',
    'cf.tls_version in {"1.0" "1.1"}',
    'cf.tls_version ne "TLS 1.3"',
    'cf.waf.score.class eq "Attack"',
  ],
  good: [
    'cf.verified_bot_category eq "AI Crawler" and cf.tls_version ne "TLSv1.3"',
    'cf.verified_bot_category eq ""',
    'cf.waf.score.class in {"attack" "likely_attack"}',
    'lower(cf.verified_bot_category) eq "ai crawler"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { field, through, text, part, inner } = test
      const values = Object.hasOwn(VALUES, field) ? VALUES[field] : undefined
      if (values === undefined || through.length > 0 || !isWhole(test)) continue
      if (text === '' || values.includes(text)) continue
      const meant = meantBy(text, values)
      report({
        part,
        message: `\`${field}\` is never ${inBackticks(text)}`,
        help:
          meant === undefined
            ? `expected one of ${values.map((value) => inBackticks(value)).join(', ')}`
            : `did you mean ${inBackticks(meant)}?`,
        ...(meant === undefined || inner === undefined
          ? {}
          : { replacements: [{ text: meant, at: inner }] }),
      })
    }
  },
}
