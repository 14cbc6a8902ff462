import type { Span } from './node.ts'

const SURROGATE = /[\ud800-\udfff]/

/** The text of one file with its line table. Lines end with LF or CRLF, as in YAML and JSON. */
export class Source {
  readonly #lineStarts: number[] = [0]
  /** True if some characters have two units. */
  readonly #hasPairs: boolean
  /**
   * Caches the last column: lookups in a minified document go through one long line from left to right.
   */
  #last = { lineStart: 0, offset: 0, characters: 0 }

  constructor(
    readonly file: string,
    readonly text: string
  ) {
    this.#hasPairs = SURROGATE.test(text)
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1)
    }
  }

  /**
   * Returns the offset of the first character of a line, 1-based; the end of the text for lines beyond it.
   */
  offsetOf(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length
  }

  /** The text of a line, 1-based, without its end; `undefined` for a line that is not there. */
  lineText(line: number): string | undefined {
    const start = this.#lineStarts[line - 1]
    if (start === undefined) return undefined
    const end = this.#lineStarts[line] ?? this.text.length + 1
    return this.text.slice(start, end - 1).replace(/\r$/, '')
  }

  /** 1-based line of an offset. */
  line(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#lineStarts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  /**
   * Span from `start` to `end` (UTF-16 offsets), cut at the end of its first line. Column and length count characters
   * (code points), as editors do.
   */
  span(start: number, end: number): Span {
    const line = this.line(start)
    const lineStart = this.#lineStarts[line - 1]!
    const next = this.#lineStarts[line] ?? this.text.length + 1
    let lineEnd = next - 1
    if (this.text[lineEnd - 1] === '\r' && lineEnd > lineStart) lineEnd--
    const from = Math.min(start, lineEnd)
    const to = Math.max(from, Math.min(end, lineEnd))
    const trimmed = this.text.slice(from, to).trimEnd()
    return {
      file: this.file,
      line,
      column: this.#charactersBefore(lineStart, from) + 1,
      length: Math.max(1, this.#hasPairs ? characters(trimmed) : trimmed.length),
      sourceLine: this.text.slice(lineStart, lineEnd),
    }
  }

  #charactersBefore(lineStart: number, offset: number): number {
    if (!this.#hasPairs) return offset - lineStart
    const last = this.#last
    const goesOn = last.lineStart === lineStart && last.offset <= offset
    const known = goesOn ? last : { lineStart, offset: lineStart, characters: 0 }
    const count = known.characters + characters(this.text.slice(known.offset, offset))
    this.#last = { lineStart, offset, characters: count }
    return count
  }
}

const characters = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}
