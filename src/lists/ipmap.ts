import { V4Boundaries, V6Boundaries } from './boundaries.ts'
import { GAP, splitGaps } from './extents.ts'
import { NO_VALUE } from './flatten.ts'
import type { Ip } from './ip.ts'
import type { Packed } from './pack.ts'
import { pack } from './pack.ts'
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

const hasBits = (words: Uint32Array) => words.some((word) => word !== 0)

/** Most maps have few different values, as countries or scores: those fit in less. */
const narrowed = ({ values, extents }: Packed): Values => {
  let most = 0
  for (let row = 0; row < values.length; row++) {
    if (extents[row] !== GAP && values[row]! > most) most = values[row]!
  }
  if (most <= 0xff) return Uint8Array.from(values)
  return most <= 0xffff ? Uint16Array.from(values) : values
}

const countValued = (values: Values, extents?: Uint8Array): number => {
  let count = 0
  for (let row = 0; row < values.length; row++) {
    if (extents === undefined ? values[row] !== NO_VALUE : extents[row] !== GAP) count++
  }
  return count
}

interface Parts {
  readonly v4: V4Boundaries
  readonly v4Values: Values
  readonly v6: V6Boundaries
  readonly v6Values: Values
  columns(): IpMapColumns
}

const mapOf = ({ v4, v4Values, v6, v6Values, columns }: Parts): IpMap => ({
  find: (ip) => {
    const isV4 = ip.family === 4
    const row = isV4 ? v4.find(ip.d) : v6.find(ip)
    if (row < 0) return -1
    const value = isV4 ? v4Values[row]! : v6Values[row]!
    return value === NO_VALUE ? -1 : value
  },
  get size() {
    return countValued(v4Values, v4.extents) + countValued(v6Values, v6.extents)
  },
  bytes: v4.bytes + v4Values.byteLength + v6.bytes + v6Values.byteLength,
  columns,
})

/**
 * A map of columns made before, which it keeps and does not change: nothing is copied, which is right for data that lies in a file
 * in this form. Made by `buildIpMap` a map takes half the memory where gaps follow the networks.
 *
 * @example ipMapOf(buildIpMap(ranges).columns())
 */
export const ipMapOf = (columns: IpMapColumns): IpMap => {
  const { v4, v6 } = columns
  return mapOf({
    v4: new V4Boundaries(v4.starts),
    v4Values: v4.values,
    v6: new V6Boundaries(v6.a, v6.b, v6.c, v6.d),
    v6Values: v6.values,
    columns: () => columns,
  })
}

const v6Columns = ({ a, b, low }: V6Boundaries, values: Values, extents: Uint8Array) => {
  const zeros = () => new Uint32Array(a.length)
  const split = splitGaps([a, b, low?.c ?? zeros(), low?.d ?? zeros()], values, extents)
  const [aSplit, bSplit, c, d] = split.starts as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  return { a: aSplit, b: bSplit, ...((hasBits(c) || hasBits(d)) && { c, d }), values: split.values }
}

/**
 * Builds a map of ranges with values. Over each address the narrowest range counts, so that of networks within each other the
 * longest prefix wins; of equally wide ranges the one added last. A million ranges take about half a second.
 *
 * @example
 * const ranges = new RangeBuffer()
 * ranges.add(parseRange('10.0.0.0/8'), 1)
 * ranges.add(parseRange('10.1.0.0/16'), 2)
 * buildIpMap(ranges).find(parseIp('10.1.2.3')!) // 2
 */
export const buildIpMap = (ranges: RangeBuffer): IpMap => {
  const four = pack(ranges.v4, true)
  const six = pack(ranges.v6, true)
  const v4 = V4Boundaries.of(four)
  const v6 = V6Boundaries.of(six)
  const v4Values = narrowed(four)
  const v6Values = narrowed(six)
  const [v4Extents, v6Extents] = [four.extents, six.extents]
  return mapOf({
    v4,
    v4Values,
    v6,
    v6Values,
    columns: () => {
      const { starts, values } = splitGaps([v4.starts], v4Values, v4Extents)
      return { v4: { starts: starts[0]!, values }, v6: v6Columns(v6, v6Values, v6Extents) }
    },
  })
}
