import { Ip, ipEquals } from '../../lists/ip.ts'
import type { CallShape, FunctionDefinition } from '../scheme.ts'
import { ArgumentProblem } from '../scheme.ts'
import type { Type, Value } from '../types.ts'
import { arrayOf, BOOL, BYTES, INT, sameType, typeName } from '../types.ts'
import { either, literal, optional } from './parameters.ts'

/** The limit was 16 before 2026-09-22. */
const MAX_CONCAT_ARGUMENTS = 32
const MAX_SPLIT_ELEMENTS = 128

/** All arguments must have the type of the first one. */
const checkSameTypes = ({ types }: CallShape) => {
  const [first, ...others] = types as [Type, ...Type[]]
  const at = others.findIndex((type) => !sameType(type, first))
  if (at < 0) return
  const [wanted, got] = [typeName(first), typeName(others[at]!)]
  throw new ArgumentProblem(at + 1, `expected value of type ${wanted}, but got ${got}`)
}

const sameValue = (x: Value, y: Value): boolean => {
  if (x instanceof Ip) return y instanceof Ip && ipEquals(x, y)
  if (!Array.isArray(x)) return x === y
  return Array.isArray(y) && x.length === y.length && x.every((item, i) => sameValue(item, y[i]))
}

const splitBytes = (input: string, separator: string, limit: number): string[] => {
  const parts: string[] = []
  let from = 0
  while (parts.length < limit - 1) {
    const at = input.indexOf(separator, from)
    if (at < 0) break
    parts.push(input.slice(from, at))
    from = at + separator.length
  }
  parts.push(input.slice(from))
  return parts
}

const checkSplit = ({ literals: [, separator, given] }: CallShape) => {
  const limit = given as number | bigint | undefined
  if (separator === '') throw new ArgumentProblem(1, 'the separator is empty')
  if (limit !== undefined && (limit < 1 || limit > MAX_SPLIT_ELEMENTS)) {
    throw new ArgumentProblem(2, `limit ${limit} is not between 1 and ${MAX_SPLIT_ELEMENTS}`)
  }
  return undefined
}

const concatTypes = [BYTES, 'Array'] as const

/**
 * Functions on arrays and maps, and functions that take several values.
 *
 * Not documented and chosen here: `split` with two arguments returns at most 128 elements, the largest documented limit;
 * `concat` of only missing values is empty.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/
 */
export const arrayFunctions: readonly FunctionDefinition[] = [
  {
    name: 'concat',
    parameters: [either('value', concatTypes), either('value', concatTypes)],
    rest: either('value', concatTypes),
    maxArguments: MAX_CONCAT_ARGUMENTS,
    returns: ([type]) => type!,
    missing: 'handle',
    evaluate: (args) => args.filter((value) => value !== undefined).join(''),
    prepare: (call) => {
      checkSameTypes(call)
      return call.types[0]!.kind === 'Array'
        ? (args) => args.flatMap((items) => (items ?? []) as readonly Value[])
        : undefined
    },
  },
  {
    name: 'coalesce',
    parameters: [either('value', ['Any']), either('value', ['Any'])],
    rest: either('value', ['Any']),
    returns: ([type]) => type!,
    missing: 'handle',
    evaluate: (args) => args.find((value) => value !== undefined),
    prepare: (call) => {
      checkSameTypes(call)
      return undefined
    },
  },
  {
    name: 'join',
    parameters: [either('items', [arrayOf(BYTES)]), either('separator')],
    returns: BYTES,
    evaluate: ([items, separator]) => (items as readonly string[]).join(separator as string),
  },
  {
    name: 'split',
    parameters: [either('input'), literal('separator'), optional(literal('limit', [INT]))],
    returns: arrayOf(BYTES),
    evaluate: ([input, separator, limit = MAX_SPLIT_ELEMENTS]) =>
      splitBytes(input as string, separator as string, Number(limit)),
    prepare: checkSplit,
  },
  {
    name: 'has_key',
    parameters: [either('map', ['Map']), either('key')],
    returns: BOOL,
    evaluate: ([map, key]) => (map as ReadonlyMap<string, Value>).has(key as string),
  },
  {
    name: 'has_value',
    parameters: [either('collection', ['Array', 'Map']), either('value', ['Any'])],
    returns: BOOL,
    evaluate: ([collection, value]) => {
      const values = collection instanceof Map ? [...collection.values()] : collection
      return (values as readonly Value[]).some((item) => sameValue(item, value!))
    },
    prepare: ({ types: [collection, value] }) => {
      const { of } = collection as Type & { of: Type }
      if (!sameType(of, value!)) {
        const message = `expected value of type ${typeName(of)}, but got ${typeName(value!)}`
        throw new ArgumentProblem(1, message)
      }
      return undefined
    },
  },
]
