import type { FunctionDefinition } from '../scheme.ts'
import { BOOL } from '../types.ts'
import { addressFunctions } from './addresses.ts'
import { arrayFunctions } from './arrays.ts'
import { base64Functions } from './base64.ts'
import { conversionFunctions } from './conversions.ts'
import { hashFunctions } from './hashing.ts'
import { hmacFunctions } from './hmac.ts'
import { jsonFunctions } from './json.ts'
import { packetFunctions } from './packets.ts'
import { randomFunctions } from './random.ts'
import { replaceFunctions } from './replace.ts'
import { stringFunctions } from './strings.ts'
import { urlFunctions } from './urls.ts'

/**
 * Names that tools for Cloudflare's engine accept but its documentation omits: their parameters are unknown.
 */
const UNDOCUMENTED = ['sha512', 'hmac', 'ip_in_range', 'contains', 'wildcard']

const undocumented = (name: string): FunctionDefinition => ({
  name,
  parameters: [],
  returns: BOOL,
  evaluate: () => undefined,
  refused: `\`${name}\` is not documented by Cloudflare: its parameters and result are unknown`,
})

/** Functions that Cloudflare rejects in custom rules, with the rules that allow them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  bit_slice: 'Magic Firewall',
  encode_base64: 'rules that transform headers',
  regex_replace: 'URL rewrites and dynamic redirects',
  remove_query_args: 'URL rewrites',
  to_string: 'rewrites and dynamic redirects',
  uuidv4: 'rewrites',
  wildcard_replace: 'URL rewrites and dynamic redirects',
}

/**
 * All functions of the language, for expressions of any phase. The quantifiers `any` and `all` are grammar.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/
 */
export const functions: readonly FunctionDefinition[] = [
  ...stringFunctions,
  ...conversionFunctions,
  ...arrayFunctions,
  ...urlFunctions,
  ...replaceFunctions,
  ...base64Functions,
  ...hashFunctions,
  ...hmacFunctions,
  ...jsonFunctions,
  ...addressFunctions,
  ...randomFunctions,
  ...packetFunctions,
  ...UNDOCUMENTED.map(undocumented),
]

/** The same functions. Those of other phases are refused. */
export const customRuleFunctions: readonly FunctionDefinition[] = functions.map((definition) => {
  const place = ELSEWHERE[definition.name]
  if (place === undefined) return definition
  const refused = `\`${definition.name}\` belongs to ${place}: custom rules cannot call it`
  return { ...definition, refused }
})
