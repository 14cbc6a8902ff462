import type { Lint } from '../lint-type.ts'

export const deprecatedField: Lint = {
  code: 'deprecated_field',
  severity: 'warning',
  title: 'a field with a newer name, or without a value',
  explanation:
    'The field still works. `ip.geoip.country` is today’s `ip.src.country`; `cf.threat_score` is always 0. There is one finding for each field of\n' +
    'a rule. `--fix` writes the newer name.',
  bad: ['ip.geoip.country eq "DE"', 'cf.threat_score ge 0'],
  good: ['ip.src.country eq "DE"'],
  by: 'loader',
}
