import data from './continents.json' with { type: 'json' }

/** A visitor whose country is not known, as Cloudflare has it. */
export const UNKNOWN_COUNTRY = 'XX'
/** A visitor from the Tor network, as Cloudflare has it. */
const TOR = 'T1'

const codes = (rows: readonly string[]) => rows.flatMap((row) => row.split(' '))

const CONTINENTS = new Map(
  Object.entries(data.continents).flatMap(([continent, rows]) =>
    codes(rows).map((country) => [country, continent] as const)
  )
)
CONTINENTS.set(TOR, TOR)

/** Whether a visitor can have this country: upper case, ISO 3166-1 alpha-2, `XK`, `XX` or `T1`. */
export const isCountry = (code: string): boolean => CONTINENTS.has(code) || code === UNKNOWN_COUNTRY

/** AF AN AS EU NA OC SA, `T1` for Tor; '' where the country is unknown. */
export const continentOf = (country: string): string => CONTINENTS.get(country) ?? ''

const SPECIAL_NAMES = new Map([
  [TOR, 'Tor'],
  [UNKNOWN_COUNTRY, 'unknown'],
])
let names: Intl.DisplayNames | undefined

/** The country's English name; the code itself where there is none. */
export const countryName = (code: string): string => {
  if (!isCountry(code)) return code
  names ??= new Intl.DisplayNames('en', { type: 'region' })
  return SPECIAL_NAMES.get(code) ?? names.of(code) ?? code
}
