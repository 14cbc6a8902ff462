import { checkCountry } from '../../rules/values.ts'
import { ofClosedSet } from '../closed-set.ts'
import type { Lint } from '../lint-type.ts'

export const unknownCountry: Lint = {
  code: 'unknown_country',
  severity: 'error',
  title: 'a code that is no country’s',
  explanation:
    '`ip.src.country` has codes of ISO 3166-1 in capitals, `XX` for an unknown country and `T1` for Tor. `UK` is no code of a\n' +
    'country (`GB` is), `EU` is a continent (`ip.src.continent`, or `ip.src.is_in_european_union`), and `de` in small letters is\n' +
    'equal to nothing. In `when:` such a code is an error of the document. `--fix` writes the code where it is certain.',
  bad: [
    'ip.src.country eq "UK"',
    'ip.src.country in {"DE" "at"}',
    'ip.src.country ne "EU"',
    { yaml: 'rules:\n  - { name: a, action: block, when: { country: UK } }\n' },
  ],
  good: ['ip.src.country in {"GB" "XX" "T1"}', 'lower(ip.src.country) eq "de"'],
  expression: ofClosedSet('ip.src.country', checkCountry),
}
