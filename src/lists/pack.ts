import type { Segments } from './flatten.ts'
import { GAP, joinGaps } from './prefix-lengths.ts'

/** Segments of one family as look-ups need them. */
export interface Packed {
  /** A column for each word of an address. */
  readonly starts: readonly Uint32Array[]
  readonly values: Uint32Array
  /** How far each goes. */
  readonly hostBits: Uint8Array
  /** Segments that aren't gaps. */
  readonly size: number
}

/** Works in place: `segments` must not be used afterwards. */
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
