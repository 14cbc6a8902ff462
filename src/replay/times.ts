const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MS_PER_SECOND = 1_000
const MS_PER_MINUTE = 60_000

const CLF = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/
/** `17/May/2015:10:05:03 +0000` */
export const CLF_CHARS = 26
const CLF_MINUTE_CHARS = 17
const CLF_ZONE = 20

const digit = (text: string, at: number) => text.charCodeAt(at) - 48

/**
 * Returns a function that reads the time at an index of a line, as Apache and nginx write it (`17/May/2015:10:05:03 +0000`). The
 * function returns milliseconds since the epoch, or NaN for other text. It caches the last minute, because adjacent lines are
 * mostly from the same minute.
 */
export const clfTimes = (): ((line: string, at?: number) => number) => {
  let minute = ''
  let zone = ''
  let minuteMs = Number.NaN
  return (line, start = 0) => {
    if (
      minute !== '' &&
      line.startsWith(minute, start) &&
      line.startsWith(zone, start + CLF_ZONE)
    ) {
      const [tens, ones] = [digit(line, start + 18), digit(line, start + 19)]
      if (tens >= 0 && tens <= 6 && ones >= 0 && ones <= 9) {
        return minuteMs + (tens * 10 + ones) * MS_PER_SECOND
      }
    }
    const text = line.slice(start, start + CLF_CHARS)
    const [, day, month, year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] =
      CLF.exec(text) ?? []
    const at = MONTHS.indexOf(month ?? '')
    if (at < 0) return Number.NaN
    const offset = Number(zoneHours) * 60 + Number(zoneMinutes)
    const local = Date.UTC(Number(year), at, Number(day), Number(hours), Number(minutes))
    minuteMs = local - (sign === '-' ? -offset : offset) * MS_PER_MINUTE
    minute = text.slice(0, CLF_MINUTE_CHARS + 1)
    zone = text.slice(CLF_ZONE)
    return minuteMs + Number(seconds) * MS_PER_SECOND
  }
}

const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?$/
const HAS_ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/

/** Reads a time in ISO 8601. Without a zone it is UTC. Returns milliseconds since the epoch, or NaN for other text. */
export const isoTime = (text: string): number => {
  if (!ISO.test(text)) return Number.NaN
  const iso = text.replace(' ', 'T').replace(',', '.')
  return Date.parse(HAS_ZONE.test(iso) ? iso : `${iso}Z`)
}

/** The smallest number that counts as a time. Seconds, milliseconds, microseconds and nanoseconds each cover 2001 to 2286. */
const FIRST_SECOND = 1e9
const UNITS = [1_000, 1, 1e-3, 1e-6]

/**
 * Reads a time of a JSON log: ISO 8601, Apache's form, or a number since the epoch. The size of the number tells whether it is in
 * seconds, milliseconds, microseconds or nanoseconds. Returns milliseconds since the epoch, or NaN for other values.
 */
export const anyTime = (clf: (text: string) => number, value: unknown): number => {
  const text = typeof value === 'string' ? value : ''
  const number = typeof value === 'number' ? value : /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0
  if (number >= FIRST_SECOND) {
    let bound = FIRST_SECOND * 10
    for (const unit of UNITS) {
      if (number < bound) return number * unit
      bound *= 1e3
    }
    return Number.NaN
  }
  const iso = isoTime(text)
  return Number.isNaN(iso) ? clf(text) : iso
}
