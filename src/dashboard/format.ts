const whole = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const COMPACT_FROM = 100_000

/** `12,345`; `1.2M` for numbers whose digits do not matter. */
export const count = (value: number): string =>
  value < COMPACT_FROM ? whole.format(value) : compact.format(value)

export const exact = (value: number): string => whole.format(value)

const PER_CENT = 100

/** `12%`, `0.4%`, `< 0.1%`. */
export const share = (part: number, of: number): string => {
  if (of === 0) return '0%'
  const percent = (part / of) * PER_CENT
  if (percent > 0 && percent < 0.1) return '< 0.1%'
  return `${percent < 10 ? percent.toFixed(1).replace(/\.0$/, '') : percent.toFixed(0)}%`
}

const TIME_CHARS = 19
const MINUTE_CHARS = 16

/** `2026-11-29 10:15:02`, UTC. */
export const clock = (time: string): string => time.slice(0, TIME_CHARS).replace('T', ' ')
export const toMinute = (time: string): string => time.slice(0, MINUTE_CHARS).replace('T', ' ')

const UNITS: readonly [seconds: number, name: string][] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
]
const MS_PER_SECOND = 1_000

const spanOf = (seconds: number): [number, string] => {
  const [unit, name] = UNITS.find(([length]) => seconds >= length) ?? [1, 'second']
  const number = Math.floor(seconds / unit)
  return [number, number === 1 ? name : `${name}s`]
}

/** `3 minutes`. */
export const span = (seconds: number): string => spanOf(Math.max(0, seconds)).join(' ')

/** `3 minutes ago`. */
export const ago = (time: string, nowMs: number): string => {
  const seconds = Math.floor((nowMs - Date.parse(time)) / MS_PER_SECOND)
  return seconds < 1 ? 'just now' : `${span(seconds)} ago`
}

/** Codes that Cloudflare uses in addition to those of ISO 3166-1. */
const NO_COUNTRY_NAMES: Readonly<Record<string, string>> = {
  T1: 'Tor',
  XX: 'unknown country',
  '': 'unknown country',
}

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
const COUNTRY = /^[A-Z]{2}$/

/** `Germany`; `Tor` or `unknown` for codes that are not countries. */
export const countryName = (code: string): string => {
  const own = NO_COUNTRY_NAMES[code]
  if (own !== undefined) return own
  return (COUNTRY.test(code) ? regions.of(code) : undefined) ?? code
}

const MANY = 2

/** `1 event`, `2 events`. */
export const plural = (number: number, noun: string): string =>
  `${count(number)} ${number < MANY && number !== 0 ? noun : `${noun}s`}`
