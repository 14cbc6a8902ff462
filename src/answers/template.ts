import type { Coding, CompressedTemplate, PartCoders } from './compress.ts'
import { compressTemplate } from './compress.ts'

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
  readonly #compressed = new Map<Coding, CompressedTemplate | undefined>()
  /** How often each slot occurs. */
  readonly #occurrences: readonly (readonly [slot: string, times: number])[]
  /** Which of the different slots each is. */
  readonly #places: readonly number[]
  readonly #fixedBytes: number

  /** @param slot how slots are written, the name in a group */
  constructor(text: string, slot: RegExp = SLOT) {
    const pieces = text.split(slot)
    this.#parts = pieces.filter((_, i) => i % 2 === 0)
    this.#slots = pieces.filter((_, i) => i % 2 === 1)
    const names = [...new Set(this.#slots)]
    this.#occurrences = names.map((name) => [
      name,
      this.#slots.filter((slot) => slot === name).length,
    ])
    this.#places = this.#slots.map((name) => names.indexOf(name))
    this.#fixedBytes = this.#parts.reduce((sum, part) => sum + byteLength(part), 0)
  }

  /** @param values text of each slot, already escaped for the place it goes to */
  fill(values: Readonly<Record<string, string>>): Filled {
    const parts = this.#parts
    let text = parts[0]!
    let bytes = this.#fixedBytes
    for (const [slot, times] of this.#occurrences) bytes += times * byteLength(values[slot] ?? '')
    for (let i = 0; i < this.#slots.length; i++) {
      text += (values[this.#slots[i]!] ?? '') + parts[i + 1]!
    }
    return { text, bytes }
  }

  /**
   * The same, compressed; `undefined` where no coder is given for the coding. The fixed parts are compressed once.
   *
   * @param values text of each slot, already escaped
   */
  fillCompressed(
    values: Readonly<Record<string, string>>,
    coding: Coding,
    coders: PartCoders
  ): Uint8Array | undefined {
    if (!this.#compressed.has(coding)) {
      const parts = this.#parts.map((part) => encoder.encode(part))
      this.#compressed.set(coding, compressTemplate(parts, coding, coders))
    }
    const template = this.#compressed.get(coding)
    if (template === undefined) return undefined
    const filled = this.#occurrences.map(([slot]) => {
      const text = values[slot] ?? ''
      return { text, bytes: byteLength(text) }
    })
    return template.fill(this.#places.map((place) => filled[place]!))
  }
}
