import { Problem } from './problem.ts'

/** Cloudflare's limits. `Infinity` removes one. */
export interface Limits {
  /** Characters in an expression. */
  characters: number
  /** Nesting depth of parentheses, negations, calls and quantifiers. */
  nesting: number
  /** Regular expressions in one expression. */
  regexes: number
}

/** @see https://developers.cloudflare.com/ruleset-engine/rules-language/expressions/ */
export const LIMITS: Limits = { characters: 4_096, nesting: 128, regexes: 64 }

/** Reports a source with too many characters. A character outside the basic plane has two units but counts once. */
export const tooLong = (source: string, { characters }: Limits): Problem | undefined => {
  if (source.length <= characters) return undefined
  const all = Array.from(source)
  if (all.length <= characters) return undefined
  return new Problem(
    'expression_too_long',
    `expression has ${all.length} characters (limit: ${characters})`,
    all.slice(0, characters).join('').length,
    source.length
  )
}
