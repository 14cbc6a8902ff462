import { EdgeError } from '../error.ts'

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const MAX_SHOWN_CHARS = 100

/** Returns the error for a fault in a case outside its expression. */
export const wrongCase = (place: string, given: unknown, expected: string): EdgeError => {
  const text = JSON.stringify(given) ?? 'nothing'
  const short = text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text
  return new EdgeError('wrong_case', `${place}: got ${short}, expected ${expected}`)
}
