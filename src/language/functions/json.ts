import type { FunctionDefinition } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BYTES, INT } from '../types.ts'
import { findInJson, unescapeJson } from './json-text.ts'
import { either } from './parameters.ts'

const PLAIN_INTEGER = /^-?\d+$/
/** Digits of 2^63 and a sign. Longer numbers are too large, so they need no conversion. */
const MAX_INT_CHARS = 20
const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n

const toInt = (text: string): number | bigint | undefined => {
  if (text.length > MAX_INT_CHARS || !PLAIN_INTEGER.test(text)) return undefined
  const value = BigInt(text)
  if (value < INT_MIN || value > INT_MAX) return undefined
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

type Path = readonly (string | number | bigint)[]

const find = ([text, ...path]: readonly (Value | undefined)[]) =>
  findInJson(text as string, path as Path)

const parameters = [either('field'), either('key', [BYTES, INT])]
const rest = either('key', [BYTES, INT])

/**
 * Keys are names of members or positions in arrays, counted from 0.
 *
 * Not documented and chosen here: invalid JSON, a path without a target and a target of another type give a missing value;
 * if several members have one name, the last one counts.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#lookup_json_string
 */
export const jsonFunctions: readonly FunctionDefinition[] = [
  {
    name: 'lookup_json_integer',
    parameters,
    rest,
    returns: INT,
    evaluate: (args) => {
      const found = find(args)
      return found?.kind === 'number' ? toInt(found.text) : undefined
    },
  },
  {
    name: 'lookup_json_string',
    parameters,
    rest,
    returns: BYTES,
    evaluate: (args) => {
      const found = find(args)
      return found?.kind === 'string' ? unescapeJson(found.text) : undefined
    },
  },
]
