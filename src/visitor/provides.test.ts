import { expect, test } from 'vitest'
import { loadRules } from '../rules/load.ts'
import { warningsOf } from '../warnings.ts'
import { countryDatabase, withPlaces } from './node/country-database.ts'
import { geoipLite } from './node/geoip-lite.ts'
import type { Sources } from './provides.ts'
import { providedBy } from './provides.ts'

const COUNTRIES = countryDatabase()!
const MISSING = 'for which this edge has no data: its value is "" unless a test override sets it'
const PLACES = '; `--geo geoip-lite` (option `geo`) or a city database has it'
const POSTAL = '; some city databases have it (`--geo FILE.mmdb`, option `geo`)'

const warningsFor = (field: string, sources: Sources) => {
  const text = `rules:\n  - { name: one, expression: '${field} eq "a"', action: block }\n`
  return warningsOf(loadRules([{ file: 'site.yaml', text }]), providedBy(sources))
}

test.each([
  ['countries alone', 'ip.src.city', { geo: COUNTRIES }, PLACES],
  ['countries alone', 'ip.src.postal_code', { geo: COUNTRIES }, POSTAL],
  ['geoip-lite', 'ip.src.postal_code', { geo: geoipLite() }, POSTAL],
  ['nothing', 'ip.src.region', {}, PLACES],
])('%s: the warning about a rule on %s names a data source', (_, field, sources, advice) => {
  expect(warningsFor(field, sources)).toEqual([
    expect.stringMatching(/^site\.yaml:2: rule "one" reads /),
  ])
  expect(warningsFor(field, sources)[0]!.endsWith(MISSING + advice)).toBe(true)
})

test.each([
  ['countries alone', 'ip.src.country', { geo: COUNTRIES }],
  ['countries and places', 'ip.src.city', { geo: withPlaces(COUNTRIES, geoipLite()) }],
  ['geoip-lite', 'ip.src.city', { geo: geoipLite() }],
])('%s: a rule on %s has its data', (_, field, sources) => {
  expect(warningsFor(field, sources)).toEqual([])
})
