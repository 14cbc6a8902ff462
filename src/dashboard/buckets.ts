import type { SeriesPoint } from '../events/query.ts'

const MS_PER_SECOND = 1_000
/** Familiar lengths of time. */
const LENGTHS = [
  5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 2_592_000,
]
const MAX_BARS = 75

/** The shortest length whose bars can still be distinguished in a chart. */
export const bucketSeconds = (fromMs: number, toMs: number): number => {
  const seconds = (toMs - fromMs) / MS_PER_SECOND
  return LENGTHS.find((length) => seconds / length <= MAX_BARS) ?? LENGTHS.at(-1)!
}

/** One bar: the number of events of each kind in this period. */
export interface Bar {
  readonly startMs: number
  readonly counts: readonly number[]
}

/** The kinds in the order of the bars' sections, and every period, including those without events. */
export interface Bars {
  readonly kinds: readonly string[]
  readonly bars: readonly Bar[]
  readonly bucketMs: number
  readonly most: number
  readonly totals: readonly number[]
}

/** Converts the points of a series, which has no empty periods, to bars. */
export const barsOf = (
  points: readonly SeriesPoint[],
  {
    fromMs,
    toMs,
    seconds,
    order,
  }: { fromMs: number; toMs: number; seconds: number; order: readonly string[] }
): Bars => {
  const bucketMs = seconds * MS_PER_SECOND
  const present = new Set(points.map(({ value }) => String(value)))
  const kinds = [
    ...order.filter((kind) => present.has(kind)),
    ...[...present].filter((kind) => !order.includes(kind)),
  ]
  const first = Math.floor(fromMs / bucketMs)
  const length = Math.max(1, Math.ceil(toMs / bucketMs) - first)
  const bars = Array.from({ length }, (_, i) => ({
    startMs: (first + i) * bucketMs,
    counts: kinds.map(() => 0),
  }))
  for (const { time, value, count } of points) {
    const bar = bars[Date.parse(time) / bucketMs - first]
    if (bar !== undefined) bar.counts[kinds.indexOf(String(value))]! += count
  }
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  return {
    kinds,
    bars,
    bucketMs,
    most: Math.max(0, ...bars.map(({ counts }) => sum(counts))),
    totals: kinds.map((_, i) => sum(bars.map(({ counts }) => counts[i]!))),
  }
}

/** The end of an axis: the next of 1, 2, 5, 10 … that is not smaller. */
export const niceMost = (most: number): number => {
  if (most <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(most))
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((one) => one * power >= most)!
  return step * power
}
