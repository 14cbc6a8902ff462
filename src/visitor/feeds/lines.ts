const NEWLINE = 10
const SPACE = 32
const HASH = 35
const SLASH = 47
const SEMICOLON = 59

/** No feed has longer lines, but a whole file without line ends is longer. */
export const MAX_LINE_BYTES = 16_384
/** Enough to recognise a line. */
const SHOWN_BYTES = 256

const decoder = new TextDecoder()

/** A piece of a line as text, cut short. */
export const textOf = (bytes: Uint8Array, from: number, to: number, max = SHOWN_BYTES): string =>
  decoder.decode(bytes.subarray(from, Math.min(to, from + max)))

/** Blanks, tabs, carriage returns and other control characters around a line have no meaning. */
const isBlank = (byte: number) => byte <= SPACE

/** Calls `visit` with each non-blank line, without its outer white space. Numbers are 1-based. */
export const eachLine = (
  bytes: Uint8Array,
  start: number,
  visit: (from: number, to: number, line: number) => boolean | undefined
): void => {
  let line = 0
  for (let begin = start; begin < bytes.length; ) {
    line++
    const newline = bytes.indexOf(NEWLINE, begin)
    const end = newline < 0 ? bytes.length : newline
    let from = begin
    let to = end
    while (from < to && isBlank(bytes[from]!)) from++
    while (to > from && isBlank(bytes[to - 1]!)) to--
    if (from < to && visit(from, to, line) === false) return
    begin = end + 1
  }
}

/** True if the whole line is a comment. */
export const isComment = (bytes: Uint8Array, from: number): boolean => {
  const byte = bytes[from]
  return byte === HASH || byte === SEMICOLON || (byte === SLASH && bytes[from + 1] === SLASH)
}

/** The end of the text before a comment, without the white space between. */
export const endBeforeComment = (bytes: Uint8Array, from: number, to: number): number => {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte === HASH || byte === SEMICOLON || (byte === SLASH && bytes[i + 1] === SLASH)) {
      let end = i
      while (end > from && isBlank(bytes[end - 1]!)) end--
      return end
    }
  }
  return to
}
