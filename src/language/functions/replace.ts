import { EdgeError } from '../../error.ts'
import { compileRegex } from '../regex/regex.ts'
import type { CallShape, Evaluate, FunctionDefinition } from '../scheme.ts'
import { ArgumentProblem } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BYTES } from '../types.ts'
import { compileWildcard } from '../wildcard.ts'
import { readFlags } from './flags.ts'
import { either, field, literal, optional } from './parameters.ts'
import { readTemplate } from './template.ts'

/** Compiles a pattern that is the second argument of a call. */
const compiled = <T>(compile: (pattern: string) => T, pattern: Value | undefined): T => {
  try {
    return compile(pattern as string)
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    throw new ArgumentProblem(1, error.message, error.diagnostics[0]?.help)
  }
}

const regexReplacer = ({ literals: [, pattern, replacement] }: CallShape): Evaluate => {
  const regex = compiled((text) => compileRegex(text, { captures: true }), pattern)
  const { groupCount, names } = regex
  const expand = readTemplate(replacement, 2, { first: 0, last: groupCount, names })
  return ([source]) => {
    const bytes = source as string
    const match = regex.exec(bytes)
    if (match === undefined) return bytes
    const { start, end, groups } = match
    return bytes.slice(0, start) + expand((group) => groups[group] ?? '') + bytes.slice(end)
  }
}

const wildcardReplacer = ({ literals: [, pattern, replacement, given] }: CallShape): Evaluate => {
  const strict = readFlags(given, 3, 's').has('s')
  const wildcard = compiled((text) => compileWildcard(text, { strict }), pattern)
  const expand = readTemplate(replacement, 2, { first: 1, last: wildcard.stars })
  return ([source]) => {
    const bytes = source as string
    const stars = wildcard.exec(bytes)
    if (stars === undefined) return bytes
    return expand((group) => bytes.slice(stars[group - 1]!.start, stars[group - 1]!.end))
  }
}

/**
 * `regex_replace` replaces the first match; `wildcard_replace` replaces the whole value if it matches.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#regex_replace
 */
export const replaceFunctions: readonly FunctionDefinition[] = [
  {
    name: 'regex_replace',
    parameters: [either('source'), literal('regular_expression'), literal('replacement')],
    returns: BYTES,
    once: true,
    evaluate: (args) => regexReplacer({ literals: args, types: [] })(args),
    prepare: regexReplacer,
  },
  {
    name: 'wildcard_replace',
    parameters: [
      field('source'),
      literal('wildcard_pattern'),
      literal('replacement'),
      optional(literal('flags')),
    ],
    returns: BYTES,
    once: true,
    evaluate: (args) => wildcardReplacer({ literals: args, types: [] })(args),
    prepare: wildcardReplacer,
  },
]
