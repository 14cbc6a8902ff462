const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH = `(${MONTHS.join('|')})[a-z]*`
/** No feeds were published earlier; a smaller number is not a year. */
const FIRST_YEAR = 1990
const MONTHS_A_YEAR = 12
const DAYS_A_MONTH = 31
const MS_A_SECOND = 1000

/** Labels of the date in a header: `Last update:`, `Source File Date:`, `Last-Modified:`, `Generated on`. */
const LABEL =
  /\b(?:last[ -]?(?:updated?|modified|change)|updated(?: at| on)?|generated(?: at| on)?|file date|date)\s*:?\s(.*)/i

const ISO = /\b(\d{4})[-/](\d{2})[-/](\d{2})/
/** `22 Aug 2026` */
const DAY_FIRST = new RegExp(`\\b(\\d{1,2})[ -]${MONTH}[ -](\\d{4})\\b`, 'i')
/** `Sat Mar  7 21:15:07 UTC 2026`, as `date` prints it, or `Mar 7, 2026` */
const MONTH_FIRST = new RegExp(
  `\\b${MONTH} +(\\d{1,2})\\b[^\\d]*(?:[\\d:]{5,8} *[^\\d]*)?(\\d{4})\\b`,
  'i'
)

const day = (year: number, month: number, date: number): string => {
  const isDay = year >= FIRST_YEAR && month >= 1 && month <= MONTHS_A_YEAR
  if (!isDay || date < 1 || date > DAYS_A_MONTH) return ''
  return `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`
}

const monthNumber = (name = '') => MONTHS.indexOf(name.toLowerCase()) + 1

/** The first calendar day in a text as written, whatever the time zone; '' if there is none. */
export const dayIn = (text: string): string => {
  const iso = ISO.exec(text)
  if (iso !== null) return day(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const dayFirst = DAY_FIRST.exec(text)
  if (dayFirst !== null) {
    return day(Number(dayFirst[3]), monthNumber(dayFirst[2]), Number(dayFirst[1]))
  }
  const monthFirst = MONTH_FIRST.exec(text)
  if (monthFirst === null) return ''
  return day(Number(monthFirst[3]), monthNumber(monthFirst[1]), Number(monthFirst[2]))
}

/** The day of the data according to a comment in a feed's header; '' if it has another subject. */
export const headerDay = (comment: string): string => {
  const label = LABEL.exec(comment)
  return label === null ? '' : dayIn(label[1]!)
}

/** The day (UTC) of a Unix time in seconds; '' if it is not one. */
export const unixDay = (seconds: unknown): string => {
  if (typeof seconds !== 'number') return ''
  const date = new Date(seconds * MS_A_SECOND)
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < FIRST_YEAR
    ? ''
    : date.toISOString().slice(0, 'YYYY-MM-DD'.length)
}
