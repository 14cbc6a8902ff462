import { V4IntervalIndex, V6IntervalIndex } from '../../lists/interval-index.ts'
import type { Ip, IpRange } from '../../lists/ip.ts'
import { compareIp, ipEquals, nextIp } from '../../lists/ip.ts'
import type { Mark } from './lookup.ts'
import { markAll } from './lookup.ts'

/** Limit on the rule numbers of all segments together. Only thousands of nested ranges come near it. */
const MAX_KEPT = 1_000_000

/** The start (1) of a rule's range at an address, or its end (-1) just before the address. */
interface Turn {
  readonly at: Ip
  readonly rule: number
  readonly step: 1 | -1
}

interface Segments {
  readonly starts: readonly Ip[]
  /** The rules with a range that covers the segment. */
  readonly rules: readonly (readonly number[])[]
}

const turnsOf = (ranges: readonly (readonly [IpRange, number])[]): Turn[] =>
  ranges.flatMap(([{ from, to }, rule]): Turn[] => {
    const end = nextIp(to)
    const begins: Turn = { at: from, rule, step: 1 }
    return end === undefined ? [begins] : [begins, { at: end, rule, step: -1 }]
  })

/** Cuts the address space at each start and end of a range; `undefined` if the segments would take too much memory. */
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

/** Marks the rules that have the address in one of their ranges. One binary search covers the ranges of all rules. */
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
