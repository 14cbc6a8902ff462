import type { Evaluate, FunctionDefinition } from '../scheme.ts'
import { BYTES } from '../types.ts'
import { readFlags } from './flags.ts'
import { either, field, literal, optional } from './parameters.ts'

const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/
const GROUP_CHARS = 4

/** Base64 of a binary string, standard alphabet, padded. */
export const encodeBase64 = (bytes: string): string => btoa(bytes)

/** Base64 in the alphabet for URLs, without padding (RFC 4648 §5). */
export const encodeBase64Url = (bytes: string): string =>
  btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** `undefined` if the text is not Base64. The padding may be absent, but not incomplete. */
export const decodeBase64 = (text: string): string | undefined => {
  if (!STANDARD.test(text)) return undefined
  const rest = text.length % GROUP_CHARS
  if (rest === 1 || (rest !== 0 && text.endsWith('='))) return undefined
  return atob(text)
}

const encoder = (urlSafe: boolean, padded: boolean): Evaluate => {
  const encode = urlSafe ? encodeBase64Url : encodeBase64
  return ([input]) => {
    const text = encode(input as string)
    if (!padded) return text.replaceAll('=', '')
    return text.padEnd(Math.ceil(text.length / GROUP_CHARS) * GROUP_CHARS, '=')
  }
}

/**
 * Not documented and chosen here: `decode_base64` reads the standard alphabet only, and text that is not Base64 gives a
 * missing value.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#encode_base64
 */
export const base64Functions: readonly FunctionDefinition[] = [
  {
    name: 'encode_base64',
    parameters: [either('input'), optional(literal('flags'))],
    returns: BYTES,
    evaluate: encoder(false, false),
    prepare: ({ literals: [, given] }) => {
      const flags = readFlags(given, 1, 'up')
      return encoder(flags.has('u'), flags.has('p'))
    },
  },
  {
    name: 'decode_base64',
    parameters: [field('source')],
    returns: BYTES,
    evaluate: ([source]) => decodeBase64(source as string),
  },
]
