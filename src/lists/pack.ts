import { joinGaps } from './extents.ts'
import { flatten } from './flatten.ts'
import type { RangeRows } from './ranges.ts'

/** Stretches of one family in the form that look-ups use. */
export interface Packed {
  /** A column for each word of an address. */
  readonly starts: readonly Uint32Array[]
  readonly values: Uint32Array
  readonly extents: Uint8Array
}

/** @param isValued `false`: all values count as 0 */
export const pack = (rows: RangeRows, isValued: boolean): Packed => {
  const stretches = flatten(rows, isValued)
  const extents = joinGaps(stretches)
  return {
    starts: stretches.starts.map((column) => column.slice(0, stretches.length)),
    values: stretches.values.slice(0, stretches.length),
    extents,
  }
}
