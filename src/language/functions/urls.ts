import type { FunctionDefinition } from '../scheme.ts'
import { BYTES } from '../types.ts'
import { readFlags } from './flags.ts'
import { field, literal, optional } from './parameters.ts'
import { decoder } from './url-decoder.ts'

const argumentName = (argument: string) => {
  const equals = argument.indexOf('=')
  return equals < 0 ? argument : argument.slice(0, equals)
}

/**
 * Not documented and chosen here: `url_decode` keeps text that is not an escape (`%zz`, a lone `%`); half a surrogate pair
 * becomes U+FFFD; `remove_query_args` compares names undecoded.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#url_decode
 */
export const urlFunctions: readonly FunctionDefinition[] = [
  {
    name: 'url_decode',
    parameters: [field('source'), optional(literal('options'))],
    returns: BYTES,
    evaluate: decoder(false, false),
    prepare: ({ literals: [, options] }) => {
      const flags = readFlags(options, 1, 'ru')
      return decoder(flags.has('r'), flags.has('u'))
    },
  },
  {
    name: 'remove_query_args',
    parameters: [field('field'), literal('query_param')],
    rest: literal('query_param'),
    returns: BYTES,
    evaluate: ([query, ...removed]) =>
      (query as string)
        .split('&')
        .filter((argument) => !removed.includes(argumentName(argument)))
        .join('&'),
  },
]
