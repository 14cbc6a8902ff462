import { ArgumentProblem } from '../scheme.ts'
import type { Value } from '../types.ts'

/**
 * Reads an argument of one-letter options.
 *
 * @param index the argument's place, for the error
 * @param known every valid letter, e.g. `ru`
 * @throws ArgumentProblem naming the first unknown letter
 */
export const readFlags = (value: Value | undefined, index: number, known: string): Set<string> => {
  const flags = new Set((value ?? '') as string)
  const wrong = [...flags].find((flag) => !known.includes(flag))
  if (wrong === undefined) return flags
  const letters = [...known].map((letter) => `"${letter}"`).join(' and ')
  throw new ArgumentProblem(index, `unknown flag "${wrong}": expected ${letters}`)
}
