import type { Coders, Coding, CompressedTemplate, PartCoding } from './compress.ts'

const encoder = new TextEncoder()
const SLOT = /\{\{([a-z]+)\}\}/g
const ASCII = /^[\0-\x7f]*$/
/** Up to here a loop is faster than the regular expression. */
const SHORT_CHARS = 32
const FIRST_NON_ASCII = 0x80

const isAscii = (text: string): boolean => {
  if (text.length > SHORT_CHARS) return ASCII.test(text)
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= FIRST_NON_ASCII) return false
  }
  return true
}

/** Bytes of a text in UTF-8. */
export const byteLength = (text: string): number =>
  isAscii(text) ? text.length : encoder.encode(text).length

export interface Filled {
  text: string
  /** Length in UTF-8, for Content-Length. */
  bytes: number
}

/** A text with `{{slots}}`, split and measured once. Filling it joins the pieces and measures only the values. */
export class Template {
  readonly #parts: readonly string[]
  readonly #compressed = new Map<PartCoding, CompressedTemplate | undefined>()
  /** The different slots, and the number of uses of each. */
  readonly #names: readonly string[]
  readonly #times: readonly number[]
  /** For each slot in the text, its number among the different ones. */
  readonly #places: readonly number[]
  readonly #fixedBytes: number

  /** @param slot the syntax of slots, with the name in a group */
  constructor(text: string, slot: RegExp = SLOT) {
    const pieces = text.split(slot)
    this.#parts = pieces.filter((_, i) => i % 2 === 0)
    const slots = pieces.filter((_, i) => i % 2 === 1)
    this.#names = [...new Set(slots)]
    this.#places = slots.map((name) => this.#names.indexOf(name))
    this.#times = this.#names.map((name) => slots.filter((slot) => slot === name).length)
    this.#fixedBytes = this.#parts.reduce((sum, part) => sum + byteLength(part), 0)
  }

  /** @param values text of each slot, already escaped for its place */
  fill(values: Readonly<Record<string, string>>): Filled {
    const texts: string[] = []
    let bytes = this.#fixedBytes
    for (let i = 0; i < this.#names.length; i++) {
      const text = values[this.#names[i]!] ?? ''
      bytes += this.#times[i]! * byteLength(text)
      texts.push(text)
    }
    let text = this.#parts[0]!
    for (let i = 0; i < this.#places.length; i++) {
      text += texts[this.#places[i]!]! + this.#parts[i + 1]!
    }
    return { text, bytes }
  }

  /**
   * The same, compressed; `undefined` if there is no coder for the coding. The fixed parts are compressed once.
   *
   * @param values text of each slot, already escaped
   */
  fillCompressed(
    values: Readonly<Record<string, string>>,
    coding: Coding,
    coders: Coders
  ): Uint8Array | undefined {
    if (coding === 'zstd') return coders.zstd?.(encoder.encode(this.fill(values).text))
    let template = this.#compressed.get(coding)
    if (template === undefined && !this.#compressed.has(coding)) {
      const parts = this.#parts.map((part) => encoder.encode(part))
      template = coders.compressTemplate?.(parts, this.#places, coding, coders)
      this.#compressed.set(coding, template)
    }
    return template?.fill(
      this.#names.map((name) => {
        const text = values[name] ?? ''
        return { text, bytes: byteLength(text) }
      })
    )
  }
}
