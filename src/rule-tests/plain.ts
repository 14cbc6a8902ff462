import type { Node, Place } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import type { Reader } from '../rules/reader.ts'
import type { TestPlace } from './test.ts'

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const DURATION = /^(\d{1,9})\s*(ms|s|m|h|d)$/

export const placeOf = (place: Place): TestPlace => {
  const { file = '', line, column } = place.span()
  return { file, line, column }
}

/** Returns the items of a list, or a node that is not a list as the only item. */
export const listOf = (node: Node): readonly Node[] => (node.kind === 'list' ? node.items : [node])

/** Returns the text of a scalar as it is written (`1.10` stays `1.10`), or `undefined` for other nodes and null. */
export const textOf = (node: Node): string | undefined => {
  if (node.kind !== 'scalar' || node.value === null) return undefined
  return typeof node.value === 'string' ? node.value : node.source
}

/** Returns the JSON value of a node. */
export const plainOf = (node: Node): unknown => {
  switch (node.kind) {
    case 'list':
      return node.items.map(plainOf)
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]))
    case 'scalar':
      return typeof node.value === 'bigint' ? Number(node.value) : node.value
    default:
      return null
  }
}

export const wholeNumber = (
  node: Node,
  reader: Reader,
  { min, max }: { min: number; max: number }
): number | undefined => {
  const value = node.kind === 'scalar' ? node.value : undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value
  }
  return reader.wrongType(node, `a whole number from ${min} to ${max}`)
}

/** Reads a number of seconds, or a number with a unit (`250ms`, `10s`, `1m`). Returns milliseconds, or reports the problem. */
export const readDurationMs = (node: Node, reader: Reader): number | undefined => {
  const expected = 'seconds, or a number and a unit as in `250ms`, `10s`, `1m`, `1h`'
  const value = node.kind === 'scalar' ? node.value : undefined
  if (typeof value === 'number' && value >= 0) return value * 1000
  if (typeof value !== 'string') return reader.wrongType(node, expected)
  const [, number, unit] = DURATION.exec(value) ?? []
  if (unit !== undefined) return Number(number) * UNITS_MS[unit]!
  const message = `${inBackticks(value)} is not a time: expected ${expected}`
  reader.findings.error(node.place, 'invalid_time', message)
  return undefined
}
