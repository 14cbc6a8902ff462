import { toBytes } from '../bytes.ts'
import type { Evaluate, FunctionDefinition } from '../scheme.ts'
import { BYTES } from '../types.ts'
import { readFlags } from './flags.ts'
import { field, literal, optional } from './parameters.ts'
import { decodeRecursively } from './recursive.ts'

const ENCODED = /[%+]/
const ESCAPE = /\+|%([0-9a-fA-F]{2})/g
/**
 * Two escapes at once where they are the halves of one character. A run of any length would overflow V8's stack when a
 * body has megabytes of them.
 */
const UNICODE_ESCAPE =
  /\+|%([0-9a-fA-F]{2})|(?:%u[dD][89abAB][0-9a-fA-F]{2}(?=%u[dD][c-fC-F]))?%u[0-9a-fA-F]{4}/g

const unitsOf = (run: string): string =>
  run.replace(/%u(.{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const decodeOne = (encoded: string, hex: string | undefined): string => {
  if (encoded === '+') return ' '
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
  // UTF-16; half a pair becomes U+FFFD.
  return toBytes(unitsOf(encoded))
}

const decoder = (recursive: boolean, unicode: boolean): Evaluate => {
  const pattern = unicode ? UNICODE_ESCAPE : ESCAPE
  return ([source]) => {
    const bytes = source as string
    if (!ENCODED.test(bytes)) return bytes
    return recursive ? decodeRecursively(bytes, unicode) : bytes.replace(pattern, decodeOne)
  }
}

const argumentName = (argument: string) => {
  const equals = argument.indexOf('=')
  return equals < 0 ? argument : argument.slice(0, equals)
}

/**
 * Not documented and chosen here: `url_decode` leaves alone what is no escape (`%zz`, a lone `%`); half a surrogate pair
 * becomes U+FFFD; `remove_query_args` compares names as they stand, undecoded.
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
