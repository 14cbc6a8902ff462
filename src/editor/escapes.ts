/** A text that is read unit by unit, with the place of each. */
export class Decoded {
  source = ''
  readonly offsets: number[] = []

  put(text: string, offset: number): void {
    this.source += text
    for (let i = 0; i < text.length; i++) this.offsets.push(offset)
  }

  /** @param offset one past the last character */
  end(offset: number): { source: string; offsets: number[] } {
    this.offsets.push(offset)
    return { source: this.source, offsets: this.offsets }
  }
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const MAX_CODE_POINT = 0x10_ff_ff
const HEX = 16

/** Reads the escape at `at`, a backslash; gives the offset behind it. A wrong one is the character itself. */
export const readEscape = (text: string, at: number, into: Decoded): number => {
  const letter = text[at + 1] ?? ''
  const digits = DIGITS[letter] ?? 0
  const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), HEX)
  if (digits > 0 && code <= MAX_CODE_POINT) {
    into.put(String.fromCodePoint(code), at)
    return at + 2 + digits
  }
  into.put(SIMPLE[letter] ?? letter, at)
  return at + 2
}

/** A quoted string with the escapes of JSON, which also ends with its line. `start` is behind the opening quote. */
export const readQuoted = (text: string, start: number): { source: string; offsets: number[] } => {
  const into = new Decoded()
  let at = start
  while (at < text.length && text[at] !== '"' && text[at] !== '\n' && text[at] !== '\r') {
    if (text[at] === '\\') at = readEscape(text, at, into)
    else {
      into.put(text[at]!, at)
      at++
    }
  }
  return into.end(Math.min(at, text.length))
}
