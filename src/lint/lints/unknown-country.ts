import { checkCountry } from '../../rules/values.ts'
import { ofClosedSet } from '../closed-set.ts'
import type { Lint } from '../lint-type.ts'

export const unknownCountry: Lint = {
  code: 'unknown_country',
  severity: 'error',
  title: 'an unknown country code',
  explanation:
    '`ip.src.country` is an ISO 3166-1 code in capital letters, `XX` for an unknown country, or `T1` for Tor. The code of the United Kingdom is `GB`,\n' +
    'not `UK`. `EU` is a continent: use `ip.src.continent`, or `ip.src.is_in_european_union`. `de` in lower case never matches. In `when:`, an unknown\n' +
    'code is an error in the document. `--fix` writes the code if there is no doubt.',
  bad: [
    'ip.src.country eq "UK"',
    'ip.src.country in {"DE" "at"}',
    'ip.src.country ne "EU"',
    { yaml: 'rules:\n  - { name: a, action: block, when: { country: UK } }\n' },
  ],
  good: ['ip.src.country in {"GB" "XX" "T1"}', 'lower(ip.src.country) eq "de"'],
  expression: ofClosedSet('ip.src.country', checkCountry),
}
