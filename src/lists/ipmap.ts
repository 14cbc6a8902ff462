import { flatten } from './flatten.ts'
import { V4IntervalIndex, V6IntervalIndex } from './interval-index.ts'
import type { Ip } from './ip.ts'
import type { Packed } from './pack.ts'
import { pack } from './pack.ts'
import { GAP, splitGaps } from './prefix-lengths.ts'
import type { RangeBuffer } from './ranges.ts'

/** An immutable map from addresses to values. */
export interface IpMap {
  /** Returns the value of an address, or -1 if it has none. */
  find(ip: Ip): number
  /** The number of segments that have a value. */
  readonly size: number
  /** The memory in bytes. */
  readonly bytes: number
  /** Returns the map as columns, for merging with other maps and for files. */
  columns(): IpMapColumns
}

/**
 * A map as the sorted starts of its segments. Each segment ends where the next one begins. IPv6 starts are in 32-bit words; c and d
 * are present only if a segment begins within a /64. The value 0xffffffff means that the segment has no value.
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

/** Returns the values in the smallest array type. Most maps have few different values, such as countries or scores. */
const narrowed = ({ values, hostBits }: Packed): Values => {
  let most = 0
  for (let row = 0; row < values.length; row++) {
    if (hostBits[row] !== GAP && values[row]! > most) most = values[row]!
  }
  if (most <= 0xff) return Uint8Array.from(values)
  return most <= 0xffff ? Uint16Array.from(values) : values
}

const hasBits = (words: Uint32Array) => words.some((word) => word !== 0)

const v4Columns = (v4: V4IntervalIndex, v4Values: Values): IpMapColumns['v4'] => {
  const { starts, values } = splitGaps([v4.starts()], v4Values, v4.hostBits())
  return { starts: starts[0]!, values }
}

const v6Columns = (v6: V6IntervalIndex, v6Values: Values): IpMapColumns['v6'] => {
  const { starts, values } = splitGaps(v6.starts(), v6Values, v6.hostBits())
  const [a, b, c, d] = starts as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  return hasBits(c) || hasBits(d) ? { a, b, c, d, values } : { a, b, values }
}

const mapOf = (four: Packed, six: Packed): IpMap => {
  const [a, b, c, d] = six.starts
  const v4 = new V4IntervalIndex(four.starts[0]!, four.hostBits)
  const v6 = new V6IntervalIndex(a!, b!, c, d, six.hostBits)
  const v4Values = narrowed(four)
  const v6Values = narrowed(six)
  return {
    find: (ip) => {
      const isV4 = ip.family === 4
      const row = isV4 ? v4.find(ip.d) : v6.find(ip)
      return row < 0 ? -1 : (isV4 ? v4Values : v6Values)[row]!
    },
    size: four.size + six.size,
    bytes: v4.bytes + v4Values.byteLength + v6.bytes + v6Values.byteLength,
    columns: () => ({ v4: v4Columns(v4, v4Values), v6: v6Columns(v6, v6Values) }),
  }
}

/**
 * Returns the map with these columns. It copies them.
 *
 * @example ipMapOf(buildIpMap(ranges).columns())
 */
export const ipMapOf = ({ v4, v6: { a, b, c, d, values } }: IpMapColumns): IpMap => {
  // Packing works in place.
  const copy = (starts: readonly (Uint32Array | undefined)[], of: Uint32Array) =>
    pack({
      starts: starts.map((column) => column?.slice() ?? new Uint32Array(of.length)),
      values: of.slice(),
      length: of.length,
    })
  return mapOf(copy([v4.starts], v4.values), copy([a, b, c, d], values))
}

/**
 * Builds a map of ranges with values. The narrowest range that contains an address gives its value, so of nested networks the
 * longest prefix wins. Of equally wide ranges, the one added last wins.
 *
 * @example
 * const ranges = new RangeBuffer()
 * ranges.add({ from: parseIp('10.0.0.0')!, to: parseIp('10.255.255.255')! }, 1)
 * ranges.add({ from: parseIp('10.1.0.0')!, to: parseIp('10.1.255.255')! }, 2)
 * buildIpMap(ranges).find(parseIp('10.1.2.3')!) // 2
 */
export const buildIpMap = ({ v4, v6 }: RangeBuffer): IpMap =>
  mapOf(pack(flatten(v4, true)), pack(flatten(v6, true)))
