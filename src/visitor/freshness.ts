import type { Source } from './visitor.ts'

const DAY_MS = 86_400_000
/** Networks change hands all the time; MaxMind, DB-IP and IPinfo make new data at least once a month. */
const MAX_DAYS = 90
const DATE = /^(\d{4})-(\d\d)(?:-(\d\d))?$/

/** What to do, by the name of the source. */
const ADVICE: readonly (readonly [name: RegExp, advice: string])[] = [
  [
    /^geoip-lite$/,
    'it comes with the npm package and grows no younger, addresses that moved since are in the wrong country or in none; ' +
      'give a current database with --geo FILE.mmdb (option `geo`)',
  ],
  [
    /^geo-whois-asn-country$/,
    'install the newer data with `npm install @ip-location-db/geo-whois-asn-country-mmdb@latest` in your project, or give a ' +
      'current database with --geo FILE.mmdb (option `geo`)',
  ],
  [/^(?:built-in table|ip2asn|ip-location-db asn)\b/, 'run `edge1020 update asn`'],
  [/^feed \S+ from a URL$/, 'run `edge1020 update feeds` with its --feed'],
]
const DEFAULT_ADVICE = 'put a current file in its place, it is read without a restart'

/** The last day that the date may mean, as a month's data may be of its end; `undefined` where it is no date. */
const dayOf = (date: string): number | undefined => {
  const [, year, month, day] = DATE.exec(date) ?? []
  if (year === undefined) return undefined
  const time =
    day === undefined
      ? Date.UTC(Number(year), Number(month), 0)
      : Date.UTC(Number(year), Number(month) - 1, Number(day))
  return time / DAY_MS
}

/** Whole days since the date; negative where the date is in the future. */
const ageInDays = (date: string, now: Date): number | undefined => {
  const day = dayOf(date)
  return day === undefined ? undefined : Math.floor(now.getTime() / DAY_MS - day)
}

/**
 * How old data are, to stand behind their date; '' where that is not known.
 *
 * @example ageText('2026-06-17', new Date('2026-11-29')) // ' (165 days old)'
 */
export const ageText = (date: string, now: Date): string => {
  const age = ageInDays(date, now)
  if (age === undefined || age < 0) return ''
  return age === 1 ? ' (1 day old)' : ` (${age} days old)`
}

/**
 * What is to be said of a source whose data is old: one sentence, with what to do about it. `undefined` where it is not, and
 * where its date is unknown.
 *
 * @param source `date` is `YYYY-MM-DD` or `YYYY-MM`
 * @param maxDays days of age that are still fine
 * @example ageWarning(geoipLite(), new Date()) // 'geoip-lite: data of 2023-11-15 is 1104 days old (more than 90): …'
 */
export const ageWarning = (
  { name, date }: Source,
  now: Date,
  maxDays = MAX_DAYS
): string | undefined => {
  const age = ageInDays(date, now)
  if (age === undefined || age <= maxDays) return undefined
  const advice = ADVICE.find(([known]) => known.test(name))?.[1] ?? DEFAULT_ADVICE
  return `${name}: data of ${date} is ${age} days old (more than ${maxDays}): ${advice}`
}
