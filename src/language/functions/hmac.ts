import type { CallShape, Evaluate, FunctionDefinition } from '../scheme.ts'
import { ArgumentProblem } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BOOL, INT } from '../types.ts'
import { readFlags } from './flags.ts'
import { either, literal, optional } from './parameters.ts'
import { tokenCheck } from './tokens.ts'

const validator = ({ literals }: CallShape): Evaluate => {
  const isUrlSafe = readFlags(literals[5], 5, 's').has('s')
  return tokenCheck(literals, isUrlSafe)
}

const checkLiterals = ({ literals: [key, , ttl, , separator = 0] }: CallShape) => {
  if (key === '') throw new ArgumentProblem(0, 'the key is empty: anybody could make a valid token')
  if ((ttl as number | bigint) < 1)
    throw new ArgumentProblem(2, `a ttl of ${ttl} seconds: no token would be valid`)
  if ((separator as number | bigint) < 0)
    throw new ArgumentProblem(4, `a separator of ${separator} bytes`)
}

/** Treats all arguments as literals, for a call that was not prepared. */
const shapeOf = (literals: readonly (Value | undefined)[]): CallShape => ({ literals, types: [] })

/**
 * Tokens: a Base64 HMAC-SHA-256 of the message and the time of issue. The MAC does not cover the separator between the two.
 * A token is valid while `now < issued + ttl`.
 *
 * The MAC is compared as text in its one canonical spelling: without `s`, padded Base64 that the client may percent-encode;
 * with `s`, the alphabet for URLs without padding.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#hmac-validation
 * @see https://developers.cloudflare.com/waf/custom-rules/use-cases/configure-token-authentication/
 */
export const hmacFunctions: readonly FunctionDefinition[] = [
  {
    name: 'is_timed_hmac_valid_v0',
    parameters: [
      literal('key'),
      either('message_mac'),
      literal('ttl', [INT]),
      either('current_timestamp', [INT]),
      optional(literal('length_of_separator', [INT])),
      optional(literal('flags')),
    ],
    returns: BOOL,
    evaluate: (args) => validator(shapeOf(args))(args),
    prepare: (call) => {
      checkLiterals(call)
      return validator(call)
    },
  },
]
