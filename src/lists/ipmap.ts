import { V4Boundaries, V6Boundaries } from './boundaries.ts'
import { joinGaps, splitGaps } from './extents.ts'
import { flatten, NO_VALUE, type Stretches } from './flatten.ts'
import type { Ip } from './ip.ts'
import type { RangeBuffer } from './ranges.ts'

/** Values by address; made once, never changed. */
export interface IpMap {
  /** The value, -1 where none. */
  find(ip: Ip): number
  /** Stretches that have a value. */
  readonly size: number
  /** Memory. */
  readonly bytes: number
  /** For merging with other maps and for files. */
  columns(): IpMapColumns
}

/**
 * A map as rising beginnings of stretches, each of which goes on until the next begins; IPv6 in 32-bit words, c and d only where
 * a stretch begins within a /64. The value 0xffffffff is none.
 */
export interface IpMapColumns {
  readonly v4: { readonly starts: Uint32Array; readonly values: Uint32Array }
  readonly v6: {
    readonly a: Uint32Array
    readonly b: Uint32Array
    readonly c?: Uint32Array
    readonly d?: Uint32Array
    readonly values: Uint32Array
  }
}

type Values = Uint8Array | Uint16Array | Uint32Array

interface Family {
  readonly v4: V4Boundaries
  readonly v6: V6Boundaries
}
