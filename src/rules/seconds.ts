import type { Node } from './node.ts'
import { inBackticks } from './node.ts'
import type { Reader } from './reader.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const WRITTEN = /^(\d{1,9})([smhd])$/
const EXPECTED = 'seconds, or a number and a unit as in `90s`, `10m`, `1h`, `1d`'

/** A time: a number of seconds, or a number with its unit. */
export const readSeconds = (node: Node, reader: Reader, least: number): number | undefined => {
  const value = node.kind === 'scalar' ? node.value : undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  if (typeof value !== 'string') return reader.wrongType(node, EXPECTED)
  const [, number, unit] = WRITTEN.exec(value) ?? []
  const seconds = unit === undefined ? Number.NaN : Number(number) * UNITS[unit]!
  if (seconds >= least) return seconds
  const message = `${inBackticks(value)} is not a time: expected ${EXPECTED}`
  reader.findings.error(node.place, 'invalid_time', message)
  return undefined
}
