import type { Value } from './columns.ts'
import type { Connection } from './database.ts'

/** A row of `texts` and its place in the index cost more than what a short text takes by itself. */
const SHORTEST_CHARS = 5
const LONGEST_CHARS = 1_024
const REMEMBERED = 20_000
const MS_PER_DAY = 86_400_000

/** Marks a text that stands in its column, so that it is never taken for a number. */
export const INLINE = "'"

export const today = () => Math.floor(Date.now() / MS_PER_DAY)

/**
 * Gives repeated texts a number, so that each is in the file once. A text that is seen for the first time stands in its
 * column: visitors who never say the same twice fill no table.
 *
 * Each row keeps the last day on which it was used: when all events of that day are gone, nothing points to it.
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

  /** What stands for a text in an event's column. Only within a transaction. */
  put(text: string): Value {
    if (text.length < SHORTEST_CHARS || text.length > LONGEST_CHARS) return INLINE + text
    const known = this.#ids.get(text)
    if (known !== undefined && known.day === today()) return known.id
    if (known === undefined && !this.#seen.has(text)) {
      if (this.#seen.size === REMEMBERED) this.#seen.clear()
      this.#seen.add(text)
      return INLINE + text
    }
    return this.#used(text)
  }

  #used(text: string): number {
    const day = today()
    const row = this.#find.get(text) as { id: number; day: number } | undefined
    let id = row?.id
    if (id === undefined) id = Number(this.#add.run([text, day]).lastInsertRowid)
    else if (row?.day !== day) this.#touch.run([day, id])
    if (this.#ids.size === REMEMBERED) this.#ids.clear()
    this.#ids.set(text, { id, day })
    return id
  }

  /** After a transaction that was undone: what it added is not there. */
  forget(): void {
    this.#ids.clear()
  }
}
