import { EvaluationProblem } from '../problem.ts'
import { toText } from '../values.ts'
import { type Functions, of } from './function.ts'

const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?([Zz]|[-+]\d\d:\d\d)$/
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const MS_PER_MINUTE = 60_000
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
] // biome-ignore format: three rows
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

interface Moment {
  readonly ms: number
  /** `Z`, or `+02:00`. */
  readonly zone: string
}

const momentOf = (text: string, name: string): Moment => {
  const zone = TIME.exec(text)?.[7]?.toUpperCase()
  const ms = Date.parse(text)
  if (zone === undefined || Number.isNaN(ms)) {
    throw new EvaluationProblem(
      `\`${name}\`: "${text}" is not a time: expected e.g. 2026-01-31T12:00:00Z`
    )
  }
  return { ms, zone }
}

const offsetOf = (zone: string): number => {
  const [, sign, hours = '0', minutes = '0'] = /^([-+])(\d\d):(\d\d)$/.exec(zone) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MS_PER_MINUTE
}

const durationOf = (text: string): number => {
  const [, sign, rest = ''] = /^([-+]?)((?:\d+\.?\d*(?:ns|us|µs|ms|s|m|h))+|0)$/.exec(text) ?? []
  if (rest === '')
    throw new EvaluationProblem(`\`timeadd\`: "${text}" is not a duration: expected e.g. 1h30m`)
  const total = [...rest.matchAll(/(\d+\.?\d*)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * MS_PER_UNIT[unit!]!,
    0
  )
  return sign === '-' ? -total : total
}

/** The local time of a moment in its own zone, as a UTC date. */
const local = ({ ms, zone }: Moment): Date => new Date(ms + offsetOf(zone))

const rfc3339 = (moment: Moment): string =>
  local(moment)
    .toISOString()
    .replace(/\.\d+Z$/, '') + moment.zone

const two = (value: number) => String(value).padStart(2, '0')

const zoneText = (zone: string, letters: number): string => {
  const isUtc = zone === 'Z' || zone === '+00:00'
  if (letters === 1) return isUtc ? 'Z' : zone
  if (letters === 3) return isUtc ? 'UTC' : zone.replace(':', '')
  const full = isUtc ? '+00:00' : zone
  return letters === 4 ? full.replace(':', '') : full
}

const part = (letters: string, moment: Moment): string | undefined => {
  const date = local(moment)
  const hours = date.getUTCHours()
  const numbers: Readonly<Record<string, number>> = {
    D: date.getUTCDate(),
    M: date.getUTCMonth() + 1,
    h: hours,
    H: hours % 12 || 12,
    m: date.getUTCMinutes(),
    s: date.getUTCSeconds(),
  }
  const [letter = ''] = letters
  const { length } = letters
  const number = numbers[letter]
  if (number !== undefined && length <= 2) return length === 1 ? String(number) : two(number)
  const year = date.getUTCFullYear()
  switch (letter) {
    case 'Y':
      return length === 4
        ? String(year).padStart(4, '0')
        : length === 2
          ? two(year % 100)
          : undefined
    case 'M':
      return length > 4
        ? undefined
        : MONTHS[date.getUTCMonth()]!.slice(0, length === 3 ? 3 : undefined)
    case 'E': {
      const day = DAYS[date.getUTCDay()]!
      return length === 4 ? day : length === 3 ? day.slice(0, 3) : undefined
    }
    case 'A':
    case 'a': {
      const half = hours < 12 ? 'am' : 'pm'
      return length !== 2 ? undefined : letter === 'A' ? half.toUpperCase() : half
    }
    case 'Z':
      return length === 2 || length > 5 ? undefined : zoneText(moment.zone, length)
    default:
      return undefined
  }
}

const formatted = (pattern: string, moment: Moment): string =>
  pattern.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|'/g, (found, quoted?: string) => {
    if (quoted !== undefined) return quoted.replaceAll("''", "'")
    const text = part(found, moment)
    if (text === undefined) {
      throw new EvaluationProblem(`\`formatdate\`: \`${found}\` is not a part of a date`)
    }
    return text
  })

const texts = (args: Parameters<Functions[string]['run']>[0], name: string): string[] =>
  args.map((arg) => toText(arg, `\`${name}\``))

/** Functions on given times. None reads a clock. */
export const timeFunctions: Functions = {
  formatdate: of(2, (args, _, name) => {
    const [pattern, time] = texts(args, name)
    return formatted(pattern!, momentOf(time!, name))
  }),
  timeadd: of(2, (args, _, name) => {
    const [time, duration] = texts(args, name)
    const { ms, zone } = momentOf(time!, name)
    return rfc3339({ ms: ms + durationOf(duration!), zone })
  }),
  timecmp: of(2, (args, _, name) => {
    const [a, b] = texts(args, name).map((time) => momentOf(time, name).ms)
    return Math.sign(a! - b!)
  }),
}
