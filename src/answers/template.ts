const encoder = new TextEncoder()
const SLOT = /\{\{([a-z]+)\}\}/g
const ASCII = /^[\0-\x7f]*$/

/** Bytes of a text in UTF-8. */
export const byteLength = (text: string): number =>
  ASCII.test(text) ? text.length : encoder.encode(text).length

export interface Filled {
  text: string
  /** Length in UTF-8: what Content-Length says. */
  bytes: number
}

/**
 * A text with `{{slots}}`, cut up and measured once. Filling it joins the pieces and measures only what changes.
 */
export class Template {
  readonly #parts: readonly string[]
  readonly #slots: readonly string[]
  readonly #fixedBytes: number

  constructor(text: string) {
    const pieces = text.split(SLOT)
    this.#parts = pieces.filter((_, i) => i % 2 === 0)
    this.#slots = pieces.filter((_, i) => i % 2 === 1)
    this.#fixedBytes = this.#parts.reduce((sum, part) => sum + byteLength(part), 0)
  }

  /** @param values text of each slot, already escaped for the place it goes to */
  fill(values: Readonly<Record<string, string>>): Filled {
    const parts = this.#parts
    let text = parts[0]!
    let bytes = this.#fixedBytes
    for (let i = 0; i < this.#slots.length; i++) {
      const value = values[this.#slots[i]!] ?? ''
      text += value + parts[i + 1]!
      bytes += byteLength(value)
    }
    return { text, bytes }
  }
}
