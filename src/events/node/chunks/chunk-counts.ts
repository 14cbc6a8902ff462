import type { EventField } from '../../fields.ts'
import type { Settled } from '../../settle.ts'
import type { Chunk } from './chunk.ts'
import type { OnGroup } from './scan.ts'

type Named = Pick<EventField, 'name'>
type Group = readonly [values: (string | number)[], count: number]

/** More groups of one chunk cost more memory than the time they save. */
const MAX_GROUPS_OF_CHUNK = 1_000
const MAX_GROUPS = 200_000

/** A question about chunks: the period of a query does not matter to it. */
export const questionOf = ({ where, text }: Settled, by: readonly Named[]): string =>
  JSON.stringify([
    by.map(({ name }) => name),
    where.map(({ field, operator, values }) => [field.name, field.also, operator, values]),
    text,
  ])

/** A chunk that was made anew has more events. */
const keyOf = ({ toMs, rows }: Chunk, question: string) => `${toMs} ${rows} ${question}`

/**
 * Remembers the counts of whole chunks. A dashboard asks the same question every few seconds, and the chunks of the past do not change.
 * The oldest counts are forgotten first.
 */
export class ChunkCounts {
  readonly #known = new Map<string, readonly Group[]>()
  #groups = 0

  /**
   * Tells the groups of a chunk.
   *
   * @param question from `questionOf`
   * @param count counts them in the chunk
   */
  tell(
    chunk: Chunk,
    settled: Pick<Settled, 'fromMs' | 'toMs'>,
    question: string,
    onGroup: OnGroup,
    count: (onGroup: OnGroup) => void
  ): void {
    const { fromMs = 0, toMs = Number.POSITIVE_INFINITY } = settled
    const isWhole = fromMs <= chunk.fromMs && toMs >= chunk.toMs
    if (!isWhole) {
      count(onGroup)
      return
    }
    const key = keyOf(chunk, question)
    let groups = this.#known.get(key)
    if (groups === undefined) {
      const counted: Group[] = []
      count((values, number) => counted.push([values, number]))
      groups = counted
    }
    this.#remember(key, groups)
    for (const [values, number] of groups) onGroup(values, number)
  }

  #remember(key: string, groups: readonly Group[]): void {
    if (groups.length > MAX_GROUPS_OF_CHUNK) return
    if (this.#known.delete(key)) this.#groups -= groups.length + 1
    this.#known.set(key, groups)
    // A key takes memory too.
    this.#groups += groups.length + 1
    for (const [oldest, { length }] of this.#known) {
      if (this.#groups <= MAX_GROUPS) return
      this.#known.delete(oldest)
      this.#groups -= length + 1
    }
  }

  clear(): void {
    this.#known.clear()
    this.#groups = 0
  }
}
