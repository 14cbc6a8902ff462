import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import {
  isList,
  isNumber,
  isObject,
  SetValue,
  toBoolean,
  toExact,
  toNumber,
  toText,
} from '../values.ts'
import { jsonText } from './json.ts'

const VERB =
  /%(?<flags>[-+ #0]*)(?:\[(?<index>\d+)\])?(?<width>\d+)?(?:\.(?<precision>\d*))?(?<verb>.?)/gsu

const MAX_WIDTH = 10_000
const MAX_PRECISION = 100

const isCompound = (value: Value) => isList(value) || isObject(value) || value instanceof SetValue

const shown = (value: Value, isJson: boolean): string => {
  if (value === null) return 'null'
  if (isNumber(value) && !isJson) return general(Number(value), undefined)
  return isJson || isCompound(value) ? jsonText(value) : toText(value, '`format`')
}

const signed = (text: string, value: number | bigint, flags: string): string => {
  if (value < 0) return text
  if (flags.includes('+')) return `+${text}`
  return flags.includes(' ') ? ` ${text}` : text
}

const BASES: Readonly<Record<string, number>> = { b: 2, o: 8, d: 10, x: 16, X: 16 }

const integer = (value: Value, verb: string, flags: string): string => {
  const number = toExact(value, '`format`')
  if (typeof number === 'number' && !Number.isInteger(number)) {
    throw new EvaluationProblem(`\`format\`: \`%${verb}\` takes a whole number, found ${number}`)
  }
  const digits = BigInt(number).toString(BASES[verb])
  const prefix = flags.includes('#') && verb.toLowerCase() === 'x' ? `0${verb}` : ''
  return signed(prefix + (verb === 'X' ? digits.toUpperCase() : digits), number, flags)
}

/** `1e+06`: at least two digits, as in Go. */
const exponent = (text: string) =>
  text.replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`)

/** `%f` rounds an exact half to the even digit. */
const fixed = (number: number, digits: number): string => {
  const isExact = (number * 2 ** (digits + 1)) % 1 === 0
  const scaled = Math.abs(number) * 10 ** digits
  if (!isExact || scaled % 1 !== 0.5) return number.toFixed(digits)
  const even = 2 * Math.round(scaled / 2)
  return ((number < 0 ? -even : even) / 10 ** digits).toFixed(digits)
}

const MIN_EXPONENT = -4
/** `%g` writes an exponent from this one on, unless its precision differs. */
const MAX_EXPONENT = 6

/** `%g`, with an exponent if it is large. */
const general = (number: number, precision: number | undefined): string => {
  const digits = precision === undefined ? undefined : Math.max(1, precision)
  const [mantissa = '', power = '0'] = number
    .toExponential(digits === undefined ? undefined : digits - 1)
    .split('e')
  const at = Number(power)
  const significant = mantissa.replace(/[-.]/g, '').length
  if (at < MIN_EXPONENT || at >= (digits ?? MAX_EXPONENT)) {
    const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
    return exponent(`${short}e${at < 0 ? '' : '+'}${at}`)
  }
  const plain = number.toFixed(Math.max(0, Math.min(100, significant - 1 - at)))
  return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain
}

const DEFAULT_PRECISION = 6

const decimal = (value: Value, verb: string, flags: string, precision: number | undefined) => {
  const number = toNumber(value, '`format`')
  const lower = verb.toLowerCase()
  const text =
    lower === 'f'
      ? fixed(number, precision ?? DEFAULT_PRECISION)
      : lower === 'e'
        ? exponent(number.toExponential(precision ?? DEFAULT_PRECISION))
        : general(number, precision)
  return signed(verb === 'E' || verb === 'G' ? text.toUpperCase() : text, number, flags)
}

const padded = (text: string, width: number, flags: string): string => {
  const missing = width - [...text].length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0')) return ' '.repeat(missing) + text
  const [, sign = '', digits = ''] = /^([+-]?)([\s\S]*)$/.exec(text) ?? []
  return sign + '0'.repeat(missing) + digits
}

const converted = (value: Value, verb: string, flags: string, precision: number | undefined) => {
  switch (verb) {
    case 'v':
      return shown(value, flags.includes('#'))
    case 't':
      return String(toBoolean(value, '`format`'))
    case 's':
    case 'q': {
      const whole = toText(value, '`format`')
      const text = precision === undefined ? whole : [...whole].slice(0, precision).join('')
      return verb === 's' ? text : jsonText(text)
    }
    case 'b':
    case 'o':
    case 'd':
    case 'x':
    case 'X':
      return integer(value, verb, flags)
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return decimal(value, verb, flags, precision)
    default:
      throw new EvaluationProblem(`\`format\`: unknown verb \`%${verb}\``)
  }
}

/**
 * Go's `%` verbs, as Terraform has them.
 *
 * Source: https://developer.hashicorp.com/terraform/language/functions/format
 */
export const formatted = (format: string, args: readonly Value[]): string => {
  let next = 0
  let used = 0
  const take = (): Value => {
    const value = args[next++]
    used = Math.max(used, next)
    if (value === undefined) {
      throw new EvaluationProblem(`\`format\`: "${format}" needs more than ${args.length} values`)
    }
    return value
  }
  const text = format.replace(VERB, (...matched: unknown[]) => {
    const groups = matched.at(-1) as Record<string, string | undefined>
    const { flags = '', index, width = '0', precision, verb = '' } = groups
    if (verb === '%' && matched[0] === '%%') return '%'
    const columns = Number(width)
    if (columns > MAX_WIDTH) throw new EvaluationProblem(`\`format\`: a width of ${columns}`)
    if (index !== undefined) next = Number(index) - 1
    const digits = precision === undefined ? undefined : Number(precision || 0)
    if (digits !== undefined && digits > MAX_PRECISION) {
      throw new EvaluationProblem(`\`format\`: a precision of ${digits}`)
    }
    const piece = converted(take(), verb, flags, digits)
    return verb === 't' ? piece : padded(piece, columns, flags)
  })
  if (used < args.length) {
    throw new EvaluationProblem(`\`format\`: "${format}" uses ${used} of ${args.length} values`)
  }
  return text
}
