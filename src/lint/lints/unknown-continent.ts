import { checkContinent } from '../../rules/values.ts'
import { ofClosedSet } from '../closed-set.ts'
import type { Lint } from '../lint-type.ts'

export const unknownContinent: Lint = {
  code: 'unknown_continent',
  severity: 'error',
  title: 'an unknown continent code',
  explanation:
    '`ip.src.continent` is one of AF, AN, AS, EU, NA, OC, SA and T1 (Tor). It never equals another text.',
  bad: ['ip.src.continent eq "Europe"', 'ip.src.continent in {"eu"}'],
  good: ['ip.src.continent eq "EU"', 'ip.src.continent eq "T1"'],
  expression: ofClosedSet('ip.src.continent', checkContinent),
}
