import { describe, expect, test } from 'vitest'
import { ageText, ageWarning } from './freshness.ts'

const now = new Date('2026-11-23T10:00:00Z')
const warning = (date: string, name = 'mine.mmdb') => ageWarning({ name, date }, now)

describe('age of data', () => {
  test.each([
    ['2026-11-23', undefined],
    ['2026-08-25', undefined],
    ['2026-08-24', 91],
    ['2023-11-15', 1104],
    ['2026-08', undefined],
    ['2026-07', 115],
    ['2025-12', 327],
    // A clock that is wrong is not the data's fault.
    ['2027-01-01', undefined],
    ['', undefined],
    ['yesterday', undefined],
    ['20231115', undefined],
  ])('of %j: %s', (date, days) => {
    if (days === undefined) expect(warning(date)).toBeUndefined()
    else expect(warning(date)).toContain(`mine.mmdb: data of ${date} is ${days} days old`)
  })

  test('has a configurable limit', () => {
    const source = { name: 'mine.mmdb', date: '2026-11-13' }
    expect(ageWarning(source, now, 10)).toBeUndefined()
    expect(ageWarning(source, now, 9)).toContain('10 days old (more than 9)')
  })

  test.each([
    ['geoip-lite', '--geo FILE.mmdb'],
    ['geo-whois-asn-country', '--geo FILE.mmdb'],
    ['geo-whois-asn-country', 'https://github.com/sapics/ip-location-db/releases'],
    ['ip-location-db asn', '`edge1020 update asn`'],
    ['built-in table', '`edge1020 update asn`'],
    ['ip2asn (asn.bin)', '`edge1020 update asn`'],
    ['mine.mmdb', 'replace the file with a current one'],
    ['geoip-lite.mmdb', 'replace the file with a current one'],
    ['geo-whois-asn-country.mmdb', 'replace the file with a current one'],
    // A file that --asn-data names goes before what `update asn` downloads.
    ['ip2asn-combined.tsv', 'replace the file with a current one'],
  ])('%s: names the remedy', (name, advice) => {
    expect(warning('2023-11-15', name)).toContain(advice)
  })

  // npm has no newer versions of these packages: https://github.com/sapics/ip-location-db
  test('never recommends npm', () => {
    for (const name of ['geoip-lite', 'geo-whois-asn-country', 'ip-location-db asn', 'mine.mmdb']) {
      expect(warning('2023-11-15', name)).not.toMatch(/npm install|@latest/)
    }
  })

  test.each(['geo-whois-asn-country', 'ip-location-db asn', 'built-in table', 'geoip-lite'])(
    '%s comes with the package: it may be a year old',
    (name) => {
      expect(warning('2026-06-17', name)).toBeUndefined()
      expect(warning('2025-11-23', name)).toBeUndefined()
      expect(warning('2025-11-22', name)).toContain('is 366 days old (more than 365)')
    }
  )

  test.each([
    'ip2asn (asn.bin)',
    'geo-whois-asn-country.mmdb',
    'feed drop from a URL',
    'feed geoip-lite',
  ])('%s was supplied or downloaded: it may be 90 days old', (name) => {
    expect(warning('2026-08-25', name)).toBeUndefined()
    expect(warning('2026-08-24', name)).toContain('is 91 days old (more than 90)')
  })

  test.each([
    ['2026-11-23', ' (0 days old)'],
    ['2026-11-22', ' (1 day old)'],
    ['2023-11-15', ' (1104 days old)'],
    ['2026-10', ' (23 days old)'],
    ['2026-11', ''],
    ['2027-01-01', ''],
    ['', ''],
    ['yesterday', ''],
  ])('of %j is shown as %j', (date, text) => expect(ageText(date, now)).toBe(text))
})
