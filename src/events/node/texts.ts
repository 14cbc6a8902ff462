import type { Value } from './columns.ts'
import type { Connection } from './database.ts'

/** A row of `texts` and its index entry cost more than a short text. */
const SHORTEST_CHARS = 5
const LONGEST_CHARS = 1_024
const REMEMBERED = 20_000
const MS_PER_DAY = 86_400_000

/** Marks a text in its own column, so that it is never read as a number. */
export const INLINE = "'"

/** The day of a time, in the form of `texts`. */
export const dayOf = (ms: number): number => Math.floor(ms / MS_PER_DAY)

/**
 * Gives repeated texts a number, so that the file contains each once. A new text is stored in the event's column, so
 * visitors who never repeat a text do not fill the table.
 *
 * Each row keeps the last day of an event that points to it, by the event's own time, because a clock can be wrong or set
 * back. When the oldest stored event is of a later day, no event points to the row.
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
   * The value for a text in the column of an event. Only within a transaction.
   *
   * @param day the day of the event
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

  /** Call it after a transaction was rolled back: its additions do not exist. */
  forget(): void {
    this.#ids.clear()
  }
}
