import type { Source } from './visitor.ts'

const DAY_MS = 86_400_000
/**
 * For data that the user supplied or downloaded: networks change hands, and MaxMind, DB-IP and IPinfo publish at least once
 * a month.
 */
const MAX_DAYS = 90
/**
 * For data that came with `npm install`: the user cannot renew it there, so a shorter limit would warn at every start of a
 * new project.
 */
const MAX_BUNDLED_DAYS = 365
const BUNDLED: ReadonlySet<string> = new Set([
  'geo-whois-asn-country',
  'geoip-lite',
  'ip-location-db asn',
  'built-in table',
])
const DATE = /^(\d{4})-(\d\d)(?:-(\d\d))?$/

/** Advice by the name of the source. */
const ADVICE: readonly (readonly [name: RegExp, advice: string])[] = [
  [
    /^geoip-lite$/,
    'the npm package has no newer data, and addresses that moved since are in the wrong country or in none; ' +
      'pass a current database with --geo FILE.mmdb (option `geo`)',
  ],
  [
    /^geo-whois-asn-country$/,
    'pass a newer database with --geo FILE.mmdb (option `geo`): a country MMDB from ' +
      'https://github.com/sapics/ip-location-db/releases, or a GeoLite2 file',
  ],
  [/^(?:built-in table|ip2asn \(asn\.bin\)|ip-location-db asn)$/, 'run `edge1020 update asn`'],
  [/^feed \S+ from a URL$/, 'run `edge1020 update feeds` with its --feed'],
]
const DEFAULT_ADVICE = 'replace the file with a current one; no restart is needed'

/** The last day that the date can mean: a month's data may be from its end. `undefined` if it is not a date. */
const dayOf = (date: string): number | undefined => {
  const [, year, month, day] = DATE.exec(date) ?? []
  if (year === undefined) return undefined
  const time =
    day === undefined
      ? Date.UTC(Number(year), Number(month), 0)
      : Date.UTC(Number(year), Number(month) - 1, Number(day))
  return time / DAY_MS
}

/** Whole days since the date; negative if the date is in the future. */
const ageInDays = (date: string, now: Date): number | undefined => {
  const day = dayOf(date)
  return day === undefined ? undefined : Math.floor(now.getTime() / DAY_MS - day)
}

/**
 * The age of data, for the text after its date; '' if unknown.
 *
 * @example ageText('2026-06-17', new Date('2026-11-29')) // ' (165 days old)'
 */
export const ageText = (date: string, now: Date): string => {
  const age = ageInDays(date, now)
  if (age === undefined || age < 0) return ''
  return age === 1 ? ' (1 day old)' : ` (${age} days old)`
}

/**
 * The warning about a source with old data: one sentence with advice. `undefined` if the data is fresh or its date is
 * unknown.
 *
 * @param source `date` is `YYYY-MM-DD` or `YYYY-MM`
 * @param maxDays the greatest acceptable age in days; default 365 for data that came with `npm install`, 90 for all other
 * data
 * @example ageWarning(geoipLite(), new Date()) // 'geoip-lite: data of 2023-11-15 is 1104 days old (more than 365): …'
 */
export const ageWarning = (
  { name, date }: Source,
  now: Date,
  maxDays = BUNDLED.has(name) ? MAX_BUNDLED_DAYS : MAX_DAYS
): string | undefined => {
  const age = ageInDays(date, now)
  if (age === undefined || age <= maxDays) return undefined
  const advice = ADVICE.find(([known]) => known.test(name))?.[1] ?? DEFAULT_ADVICE
  return `${name}: data of ${date} is ${age} days old (more than ${maxDays}): ${advice}`
}
