import type { FunctionDefinition, Parameter } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BOOL, BYTES, INT } from '../types.ts'

const field = (name: string, types: Parameter['types'] = [BYTES]): Parameter => ({
  name,
  types,
  kind: 'field',
})
const either = (name: string, types: Parameter['types'] = [BYTES]): Parameter => ({
  name,
  types,
  kind: 'any',
})

const UPPER = /[A-Z]+/g
const LOWER = /[a-z]+/g

/** ASCII only: other bytes are parts of characters that the engine does not know. */
const asciiLower = (bytes: string) => bytes.replace(UPPER, (run) => run.toLowerCase())
const asciiUpper = (bytes: string) => bytes.replace(LOWER, (run) => run.toUpperCase())

const MAX_CONCAT_ARGUMENTS = 32
const CONCAT_TYPES: Parameter['types'] = [BYTES, 'Array']

const concat = (args: readonly (Value | undefined)[]): Value => {
  const given = args.filter((value) => value !== undefined)
  return given.some(Array.isArray)
    ? given.flat()
    : given.join('')
}

/** @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/ */
export const stringFunctions: readonly FunctionDefinition[] = [
  {
    name: 'lower',
    parameters: [field('source')],
    returns: BYTES,
    evaluate: ([source]) => asciiLower(source as string),
  },
  {
    name: 'upper',
    parameters: [field('source')],
    returns: BYTES,
    evaluate: ([source]) => asciiUpper(source as string),
  },
  {
    name: 'len',
    parameters: [field('source', [BYTES, 'Array', 'Map'])],
    returns: INT,
    // Bytes of a string; elements of an array or a map.
    evaluate: ([source]) =>
      source instanceof Map ? source.size : (source as string | readonly Value[]).length,
  },
  {
    name: 'starts_with',
    parameters: [field('source'), either('substring')],
    returns: BOOL,
    evaluate: ([source, part]) => (source as string).startsWith(part as string),
  },
  {
    name: 'ends_with',
    parameters: [field('source'), either('substring')],
    returns: BOOL,
    evaluate: ([source, part]) => (source as string).endsWith(part as string),
  },
  {
    name: 'concat',
    parameters: [either('value', CONCAT_TYPES), either('value', CONCAT_TYPES)],
    rest: either('value', CONCAT_TYPES),
    maxArguments: MAX_CONCAT_ARGUMENTS,
    returns: (types) => types[0]!,
    missing: 'handle',
    evaluate: concat,
  },
]
