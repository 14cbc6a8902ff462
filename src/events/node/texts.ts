import type { Value } from './columns.ts'
import type { Connection } from './database.ts'

/** A row of `texts` and its place in the index cost more than what a short text takes by itself. */
const SHORTEST_CHARS = 5
const LONGEST_CHARS = 1_024
const REMEMBERED = 20_000
const MS_PER_DAY = 86_400_000

/** Marks a text that stands in its column, so that it is never taken for a number. */
export const INLINE = "'"

/** The day of a time, as texts keep it. */
export const dayOf = (ms: number): number => Math.floor(ms / MS_PER_DAY)

/**
 * Gives repeated texts a number, so that each is in the file once. A text that is seen for the first time stands in its
 * column: visitors who never say the same twice fill no table.
 *
 * Each row keeps the last day of an event that points to it, by the event's own time: a clock can be wrong, and can be set back. When the
 * oldest event left is of a later day, nothing points to the row.
 */
export class Texts {
  readonly #ids = new Map<string, { id: number; day: number }>()
  readonly #seen = new Set<string>()
  readonly #find
  readonly #add
  readonly #touch

  constructor(db: Connection) {
    this.#find = db.prepare<string[]>('SELECT id, day FROM texts WHERE text = ?')
    this.#add = db.prepare<[(string | number)[]]>('INSERT INTO texts (text, day) VALUES (?, ?)')
    this.#touch = db.prepare<[(string | number)[]]>('UPDATE texts SET day = ? WHERE id = ?')
  }

  /**
   * What stands for a text in the column of an event. Only within a transaction.
   *
   * @param day of the event
   */
  put(text: string, day: number): Value {
    if (text.length < SHORTEST_CHARS || text.length > LONGEST_CHARS) return INLINE + text
    const known = this.#ids.get(text)
    if (known !== undefined && known.day >= day) return known.id
    if (known === undefined && !this.#seen.has(text)) {
      if (this.#seen.size === REMEMBERED) this.#seen.clear()
      this.#seen.add(text)
      return INLINE + text
    }
    return this.#used(text, day)
  }

  #used(text: string, day: number): number {
    const row = this.#find.get(text) as { id: number; day: number } | undefined
    const id = row?.id ?? Number(this.#add.run([text, day]).lastInsertRowid)
    if (row !== undefined && row.day < day) this.#touch.run([day, id])
    if (this.#ids.size === REMEMBERED) this.#ids.clear()
    this.#ids.set(text, { id, day: Math.max(day, row?.day ?? day) })
    return id
  }

  /** After a transaction that was undone: what it added is not there. */
  forget(): void {
    this.#ids.clear()
  }
}
