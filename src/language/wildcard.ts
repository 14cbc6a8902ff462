import { EdgeError } from '../error.ts'
import { toText } from './bytes.ts'

/** The text of one star: byte offsets into the value, `end` exclusive. */
export interface StarSpan {
  start: number
  end: number
}

export interface CompiledWildcard {
  readonly pattern: string
  /** Number of stars, which is the number of spans `exec` gives. */
  readonly stars: number
  /** Whether the whole value matches; never throws. */
  test(bytes: string): boolean
  /**
   * Returns the text of each star. Matching is lazy, as the documentation of `wildcard_replace` says: each star takes the shortest
   * text possible, the first star first.
   */
  exec(bytes: string): StarSpan[] | undefined
}

const wildcardError = (pattern: string, message: string, start: number, length: number) =>
  new EdgeError('invalid_wildcard', message, {
    diagnostics: [
      {
        code: 'invalid_wildcard',
        severity: 'error',
        message,
        line: 1,
        column: start + 1,
        length,
        sourceLine: toText(pattern),
      },
    ],
  })

/** Cuts a pattern at its stars into literal pieces, escapes resolved. */
const parse = (pattern: string): string[] => {
  const pieces = ['']
  let doubleStar: number | undefined
  for (let i = 0; i < pattern.length; i++) {
    const byte = pattern[i]!
    if (byte === '*') {
      if (i > 0 && pieces.length > 1 && pieces.at(-1) === '') doubleStar ??= i - 1
      pieces.push('')
      continue
    }
    if (byte !== '\\') {
      pieces[pieces.length - 1] += byte
      continue
    }
    const escaped = pattern[i + 1]
    if (escaped !== '*' && escaped !== '\\') {
      const problem =
        escaped === undefined
          ? 'incomplete escape sequence at the end of the wildcard'
          : 'invalid escape sequence'
      const message = `invalid wildcard: wildcard syntax error at position ${i}: ${problem}`
      throw wildcardError(pattern, message, i, escaped === undefined ? 1 : 2)
    }
    pieces[pieces.length - 1] += escaped
    i++
  }
  // Reported last, because Cloudflare's engine checks for it only if the escapes are right.
  if (doubleStar !== undefined) {
    throw wildcardError(pattern, 'wildcard contains a double star', doubleStar, 2)
  }
  return pieces
}

const ASCII = /^[\0-\x7f]*$/

/** Lower case for ASCII letters only: `toLowerCase` would turn the byte C9 into E9. */
const lowerAscii = (bytes: string) =>
  ASCII.test(bytes)
    ? bytes.toLowerCase()
    : bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/**
 * Compiles a pattern of the `wildcard` / `strict wildcard` operators and of `wildcard_replace`. The whole value must match;
 * `*` matches any bytes, `?` only itself. The pattern (with string escapes resolved) and the values are binary strings.
 * Without `strict`, ASCII letters match in either case.
 *
 * @throws EdgeError `invalid_wildcard`, pointing into the pattern
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/operators/#wildcard-matching
 * @example compileWildcard('/apps/*', { strict: false }).test('/Apps/calendar') // true
 */
export const compileWildcard = (
  pattern: string,
  { strict }: { strict: boolean }
): CompiledWildcard => {
  const fold = strict ? (bytes: string) => bytes : lowerAscii
  const pieces = parse(pattern).map(fold)
  const first = pieces[0]!
  const last = pieces.at(-1)!
  const middle = pieces.slice(1, -1)

  /**
   * Takes each piece where it first occurs. That leaves the most room for the pieces after it, so the search never goes
   * back: the cost is one pass over the value.
   */
  const match = (value: string, onStar?: (start: number, end: number) => void): boolean => {
    if (pieces.length === 1) return value === first
    const stop = value.length - last.length
    if (stop < first.length || !value.startsWith(first) || !value.endsWith(last)) return false
    let at = first.length
    for (const piece of middle) {
      const found = value.indexOf(piece, at)
      if (found < 0 || found + piece.length > stop) return false
      onStar?.(at, found)
      at = found + piece.length
    }
    onStar?.(at, stop)
    return true
  }

  return {
    pattern,
    stars: pieces.length - 1,
    test: (bytes) => match(fold(bytes)),
    exec: (bytes) => {
      const spans: StarSpan[] = []
      return match(fold(bytes), (start, end) => spans.push({ start, end })) ? spans : undefined
    },
  }
}
