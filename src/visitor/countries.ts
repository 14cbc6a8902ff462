import data from './continents.json' with { type: 'json' }

/** Cloudflare's code for an unknown country. */
export const UNKNOWN_COUNTRY = 'XX'
/** Cloudflare's code for a visitor from the Tor network. */
const TOR = 'T1'

const codes = (rows: readonly string[]) => rows.flatMap((row) => row.split(' '))

const CONTINENTS = new Map(
  Object.entries(data.continents).flatMap(([continent, rows]) =>
    codes(rows).map((country) => [country, continent] as const)
  )
)
CONTINENTS.set(TOR, TOR)

/** Whether the code is a possible country of a visitor: upper case, ISO 3166-1 alpha-2, `XK`, `XX` or `T1`. */
export const isCountry = (code: string): boolean => CONTINENTS.has(code) || code === UNKNOWN_COUNTRY

/** AF AN AS EU NA OC SA, `T1` for Tor; '' if the country is unknown. */
export const continentOf = (country: string): string => CONTINENTS.get(country) ?? ''

const SPECIAL_NAMES = new Map([
  [TOR, 'Tor'],
  [UNKNOWN_COUNTRY, 'unknown'],
])
let names: Intl.DisplayNames | undefined

/** The country's English name; the code itself if it has none. */
export const countryName = (code: string): string => {
  if (!isCountry(code)) return code
  names ??= new Intl.DisplayNames('en', { type: 'region' })
  return SPECIAL_NAMES.get(code) ?? names.of(code) ?? code
}
