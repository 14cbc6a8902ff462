const MINUTE_MS = 60_000
const MAX_BUCKETS = 240
/** Each holds the one before it a whole number of times. Behind the last one, a week, stretches double. */
const STEPS_MS = [1, 5, 15, 60, 180, 720, 1_440, 10_080].map((minutes) => minutes * MINUTE_MS)

/** The next longer stretch of time that this one fits into. */
export const longerStretch = (ms: number): number => STEPS_MS.find((step) => step > ms) ?? ms * 2

/** Requests of a stretch of time, by what became of them. */
export type Bucket = [requests: number, refused: number, newlyRefused: number, newlyPassed: number]

export interface TimelineData {
  readonly bucketMs: number
  readonly buckets: readonly (readonly [startMs: number, bucket: Bucket])[]
}

/** Requests over time. Stretches grow from a minute until few enough cover the log. */
export class Timeline {
  #bucketMs = MINUTE_MS
  #buckets = new Map<number, Bucket>()
  #last: Bucket | undefined
  #lastStart = Number.NaN

  /** The bucket of a moment, to be counted into. */
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
