import { V4IntervalIndex, V6IntervalIndex } from '../../lists/interval-index.ts'
import type { Ip, IpRange } from '../../lists/ip.ts'
import { compareIp, ipEquals, nextIp } from '../../lists/ip.ts'
import type { Mark } from './lookup.ts'
import { markAll } from './lookup.ts'

/** Rule numbers kept in all segments together; only ranges that lie inside each other by the thousand come near. */
const MAX_KEPT = 1_000_000

/** A range of a rule begins (1) or has just ended (-1) at an address. */
interface Turn {
  readonly at: Ip
  readonly rule: number
  readonly step: 1 | -1
}

interface Segments {
  readonly starts: readonly Ip[]
  /** Rules that have a range over the segment. */
  readonly rules: readonly (readonly number[])[]
}

const turnsOf = (ranges: readonly (readonly [IpRange, number])[]): Turn[] =>
  ranges.flatMap(([{ from, to }, rule]): Turn[] => {
    const end = nextIp(to)
    const begins: Turn = { at: from, rule, step: 1 }
    return end === undefined ? [begins] : [begins, { at: end, rule, step: -1 }]
  })

/** Cuts the address space wherever a range begins or ends; `undefined` where that would take too much memory. */
const cut = (ranges: readonly (readonly [IpRange, number])[]): Segments | undefined => {
  const turns = turnsOf(ranges).sort((x, y) => compareIp(x.at, y.at))
  const starts: Ip[] = []
  const rules: (readonly number[])[] = []
  const open = new Map<number, number>()
  let kept = 0
  for (let i = 0; i < turns.length; ) {
    const { at } = turns[i]!
    for (; i < turns.length && ipEquals(turns[i]!.at, at); i++) {
      const { rule, step } = turns[i]!
      const count = (open.get(rule) ?? 0) + step
      if (count === 0) open.delete(rule)
      else open.set(rule, count)
    }
    starts.push(at)
    rules.push([...open.keys()])
    kept += open.size
    if (kept > MAX_KEPT) return undefined
  }
  return { starts, rules }
}

const column = (starts: readonly Ip[], word: 'a' | 'b' | 'c' | 'd') =>
  Uint32Array.from(starts, (ip) => ip[word])

/** Marks the rules that have an address in one of their ranges: one binary search for the ranges of all rules. */
export const addressLookup = (ranges: readonly (readonly [IpRange, number])[]): Mark => {
  const proper = ranges.filter(([{ from, to }]) => compareIp(from, to) <= 0)
  const v4 = cut(proper.filter(([{ from }]) => from.family === 4))
  const v6 = cut(proper.filter(([{ from }]) => from.family === 6))
  if (v4 === undefined || v6 === undefined) {
    const all = [...new Set(ranges.map(([, rule]) => rule))]
    return (_, bits) => markAll(bits, all)
  }
  const v4Starts = new V4IntervalIndex(column(v4.starts, 'd'))
  const v6Starts = new V6IntervalIndex(
    column(v6.starts, 'a'),
    column(v6.starts, 'b'),
    column(v6.starts, 'c'),
    column(v6.starts, 'd')
  )
  return (value, bits) => {
    const ip = value as Ip
    const isV4 = ip.family === 4
    const segment = isV4 ? v4Starts.find(ip.d) : v6Starts.find(ip)
    if (segment >= 0) markAll(bits, (isV4 ? v4 : v6).rules[segment]!)
  }
}
