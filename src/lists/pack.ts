import type { Segments } from './flatten.ts'
import { GAP, joinGaps } from './prefix-lengths.ts'

/** Segments of one family in the form that look-ups need. */
export interface Packed {
  /** The starts, with a column for each word of an address. */
  readonly starts: readonly Uint32Array[]
  readonly values: Uint32Array
  /** The length code of each segment, as in `prefix-lengths.ts`. */
  readonly hostBits: Uint8Array
  /** The number of segments that are not gaps. */
  readonly size: number
}

/** Packs segments in place. Do not use `segments` afterwards. */
export const pack = (segments: Segments): Packed => {
  const hostBits = joinGaps(segments)
  const { starts, values, length } = segments
  return {
    starts: starts.map((column) => column.slice(0, length)),
    values: values.slice(0, length),
    hostBits,
    size: hostBits.reduce((count, code) => (code === GAP ? count : count + 1), 0),
  }
}
