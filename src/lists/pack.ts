import { GAP, joinGaps } from './extents.ts'
import type { Stretches } from './flatten.ts'

/** Stretches of one family as look-ups need them. */
export interface Packed {
  /** A column for each word of an address. */
  readonly starts: readonly Uint32Array[]
  readonly values: Uint32Array
  /** How far each goes. */
  readonly extents: Uint8Array
  /** Stretches that aren't gaps. */
  readonly size: number
}

/** Works in place: `stretches` must not be used afterwards. */
export const pack = (stretches: Stretches): Packed => {
  const extents = joinGaps(stretches)
  const { starts, values, length } = stretches
  return {
    starts: starts.map((column) => column.slice(0, length)),
    values: values.slice(0, length),
    extents,
    size: extents.reduce((count, extent) => (extent === GAP ? count : count + 1), 0),
  }
}
