import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'

type Members = Readonly<Record<string, unknown>>

const MAX_SHOWN_CHARS = 80

/** A value as a message shows it. */
export const shown = (value: unknown): string => {
  let text: string
  try {
    text = JSON.stringify(value) ?? String(value)
  } catch {
    text = String(value)
  }
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS - 1)}…` : text
}

export const wrong = (what: string, value: unknown, expected: string): EdgeError =>
  new EdgeError('invalid_test', `${what}: ${shown(value)}: expected ${expected}`)

/**
 * The members of an object that a test gives, each of them known: a misspelt one would be without effect, and the test would pass.
 *
 * @throws EdgeError `invalid_test` naming the member that was most likely meant
 */
export const membersOf = (what: string, given: unknown, known: readonly string[]): Members => {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrong(what, given, `an object with ${known.join(', ')}`)
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    const hint =
      near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`
    throw new EdgeError('invalid_test', `${what}: option "${name}" is not known: ${hint}`)
  }
  return given as Members
}

/** @throws EdgeError `invalid_test` */
export const oneOf = <Name extends string>(
  what: string,
  value: unknown,
  known: readonly Name[]
): Name => {
  if (known.includes(value as Name)) return value as Name
  const near = typeof value === 'string' ? nearest(value, known) : undefined
  throw near === undefined
    ? wrong(what, value, `one of ${known.join(', ')}`)
    : new EdgeError('invalid_test', `${what}: ${shown(value)}: did you mean ${near}?`)
}

/** @throws EdgeError `invalid_test` */
export const wholeNumber = (what: string, value: unknown, min: number, max: number): number => {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) {
    return value as number
  }
  throw wrong(what, value, `a whole number from ${min} to ${max}`)
}

/** @throws EdgeError `invalid_test` */
export const text = (what: string, value: unknown): string => {
  if (typeof value === 'string' && value !== '') return value
  throw wrong(what, value, 'a text')
}
