const MINUTE_MS = 60_000
const MAX_BUCKETS = 240
/** The lengths of buckets. Each is a multiple of the one before it. After the last one, a week, the length doubles. */
const STEPS_MS = [1, 5, 15, 60, 180, 720, 1_440, 10_080].map((minutes) => minutes * MINUTE_MS)

/** Returns the next longer length of buckets, in milliseconds. */
export const longerStretch = (ms: number): number => STEPS_MS.find((step) => step > ms) ?? ms * 2

/** The number of requests in one span of time, by outcome. */
export type Bucket = [requests: number, refused: number, newlyRefused: number, newlyPassed: number]

export interface TimelineData {
  readonly bucketMs: number
  readonly buckets: readonly (readonly [startMs: number, bucket: Bucket])[]
}

/** Counts requests over time. The buckets grow from a minute until `MAX_BUCKETS` of them cover the log. */
export class Timeline {
  #bucketMs = MINUTE_MS
  #buckets = new Map<number, Bucket>()
  #last: Bucket | undefined
  #lastStart = Number.NaN

  /** Returns the bucket of a time, in milliseconds since the epoch. The caller adds its counts to the bucket. */
  at(timeMs: number): Bucket {
    const since = timeMs - this.#lastStart
    if (since >= 0 && since < this.#bucketMs) return this.#last!
    const start = Math.floor(timeMs / this.#bucketMs) * this.#bucketMs
    let bucket = this.#buckets.get(start)
    if (bucket === undefined) {
      if (this.#buckets.size >= MAX_BUCKETS) {
        this.#widen()
        return this.at(timeMs)
      }
      bucket = [0, 0, 0, 0]
      this.#buckets.set(start, bucket)
    }
    this.#last = bucket
    this.#lastStart = start
    return bucket
  }

  merge({ bucketMs, buckets }: TimelineData): void {
    while (this.#bucketMs < bucketMs) this.#widen()
    for (const [start, counts] of buckets) add(this.at(start), counts)
  }

  toData(): TimelineData {
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b)
    return { bucketMs: this.#bucketMs, buckets }
  }

  #widen(): void {
    const { buckets } = this.toData()
    this.#bucketMs = longerStretch(this.#bucketMs)
    this.#buckets = new Map()
    this.#lastStart = Number.NaN
    for (const [start, counts] of buckets) add(this.at(start), counts)
  }
}

const add = (bucket: Bucket, counts: Readonly<Bucket>) => {
  counts.forEach((count, i) => {
    bucket[i]! += count
  })
}
