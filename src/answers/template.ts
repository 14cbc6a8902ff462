const encoder = new TextEncoder()
const SLOT = /\{\{([a-z]+)\}\}/

/**
 * A text with `{{slots}}`, cut up and encoded once. Filling it copies the fixed parts and encodes only what changes.
 */
export class Template {
  readonly #parts: readonly Uint8Array[]
  readonly #slots: readonly string[]
  readonly #fixedBytes: number

  constructor(text: string) {
    const pieces = text.split(new RegExp(SLOT, 'g'))
    this.#parts = pieces.filter((_, i) => i % 2 === 0).map((piece) => encoder.encode(piece))
    this.#slots = pieces.filter((_, i) => i % 2 === 1)
    this.#fixedBytes = this.#parts.reduce((sum, part) => sum + part.length, 0)
  }

  /** @param values text of each slot, already escaped for the place it goes to */
  fill(values: Readonly<Record<string, string>>): Uint8Array {
    const encoded = new Map<string, Uint8Array>()
    let bytes = this.#fixedBytes
    for (const slot of this.#slots) {
      let value = encoded.get(slot)
      if (value === undefined) {
        value = encoder.encode(values[slot] ?? '')
        encoded.set(slot, value)
      }
      bytes += value.length
    }
    const filled = new Uint8Array(bytes)
    let at = 0
    this.#parts.forEach((part, i) => {
      filled.set(part, at)
      at += part.length
      const value = encoded.get(this.#slots[i] ?? '')
      if (value !== undefined) {
        filled.set(value, at)
        at += value.length
      }
    })
    return filled
  }
}
