import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import { isList, isObject, SetValue, toNumber, toText } from '../values.ts'
import { jsonText } from './json.ts'

const VERB =
  /%(?<flags>[-+ #0]*)(?:\[(?<index>\d+)\])?(?<width>\d+|\*)?(?:\.(?<precision>\d*))?(?<verb>.)/gsu

const MAX_WIDTH = 10_000

const isCompound = (value: Value) => isList(value) || isObject(value) || value instanceof SetValue

const shown = (value: Value, isJson: boolean): string => {
  if (value === null) return 'null'
  return isJson || isCompound(value) ? jsonText(value) : toText(value, '`format`')
}

const signed = (text: string, value: number, flags: string): string => {
  if (value < 0) return text
  if (flags.includes('+')) return `+${text}`
  return flags.includes(' ') ? ` ${text}` : text
}

const BASES: Readonly<Record<string, number>> = { b: 2, o: 8, d: 10, x: 16, X: 16 }

const integer = (value: Value, verb: string, flags: string): string => {
  const number = Math.trunc(toNumber(value, '`format`'))
  const digits = BigInt(number).toString(BASES[verb])
  const prefix = flags.includes('#') && verb.toLowerCase() === 'x' ? `0${verb}` : ''
  return signed(prefix + (verb === 'X' ? digits.toUpperCase() : digits), number, flags)
}

const exponent = (text: string) =>
  text.replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`)

const DEFAULT_PRECISION = 6

const decimal = (value: Value, verb: string, flags: string, precision: number | undefined) => {
  const number = toNumber(value, '`format`')
  const digits = precision ?? DEFAULT_PRECISION
  const text =
    verb === 'f'
      ? number.toFixed(digits)
      : verb.toLowerCase() === 'e'
        ? exponent(number.toExponential(digits))
        : precision === undefined
          ? String(number)
          : String(Number(number.toPrecision(precision || 1)))
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
      return toText(value, '`format`')
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
  let isIndexed = false
  const take = (): Value => {
    const value = args[next++]
    if (value === undefined) {
      throw new EvaluationProblem(`\`format\`: "${format}" needs more than ${args.length} values`)
    }
    return value
  }
  const text = format.replace(VERB, (...matched: unknown[]) => {
    const groups = matched.at(-1) as Record<string, string | undefined>
    const { flags = '', index, width, precision, verb = '' } = groups
    if (verb === '%') return '%'
    const columns = width === '*' ? toNumber(take(), '`format`') : Number(width ?? 0)
    if (columns > MAX_WIDTH) throw new EvaluationProblem(`\`format\`: a width of ${columns}`)
    if (index !== undefined) {
      isIndexed = true
      next = Number(index) - 1
    }
    const digits = precision === undefined ? undefined : Number(precision || 0)
    if (digits !== undefined && digits > 100) {
      throw new EvaluationProblem(`\`format\`: a precision of ${digits}`)
    }
    const value = take()
    const isText = verb === 's' || verb === 'q' || verb === 'v' || verb === 't'
    return padded(
      converted(value, verb, flags, digits),
      columns,
      isText ? flags.replaceAll('0', '') : flags
    )
  })
  if (!isIndexed && next < args.length) {
    throw new EvaluationProblem(`\`format\`: "${format}" uses ${next} of ${args.length} values`)
  }
  return text
}
