/**
 * A pattern: a text, or marks and one or more texts that must follow one another, with anything between them. Marks: `^`
 * begins the whole text, ` ` begins it or follows a space, `$` ends it, `-` has no dash after it, `~` has no `like ` before
 * it. Texts have at least three characters; the first text is indexed.
 */
export type ScanRule = string | readonly [marks: string, ...texts: string[]]

/** Finds which of many patterns are in a text. It reads the text once, whatever the number of rules, and cannot backtrack. */
export interface Scanner {
  /** Index of the rule found first in the text, the longest one of several at the same place; -1 if there is none. */
  find(text: string): number
  /** Candidates compared in the last `find`, for tests of its bounds. */
  readonly steps: number
}

interface Needle {
  readonly rule: number
  readonly texts: readonly string[]
  /** The length of all its texts. */
  readonly length: number
  readonly start: boolean
  readonly wordStart: boolean
  readonly end: boolean
  readonly noDash: boolean
  readonly notLike: boolean
  /** The position of its indexed three characters in the first text. */
  offset: number
  /** The last call that tried it, for rules of several texts. */
  tried: number
}

const GRAM = 3
const TABLE_BITS = 15
const TABLE_MASK = 2 ** TABLE_BITS - 1
const NONE = -1
const SPACE = 32
const DASH = 45
const LIKE = 'like '

/** Texts are indexed by pieces that are rare here, so a browser's user agent has hardly any candidates. */
const COMMON = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (compatible; Linux; Android 10; K; rv:120.0) Gecko/20100101 Firefox/120.0 Mobile +http://www.com/bot.html',
].flatMap((text) => [text, text.toLowerCase()])

const hash = (a: number, b: number, c: number): number => ((a << 10) ^ (b << 5) ^ c) & TABLE_MASK

const hashAt = (text: string, at: number): number =>
  hash(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2))

const toNeedle = (source: ScanRule, rule: number): Needle => {
  const [marks, ...texts] = typeof source === 'string' ? ['', source] : source
  return {
    rule,
    texts,
    length: texts.join('').length,
    start: marks!.includes('^'),
    wordStart: marks!.includes(' '),
    end: marks!.includes('$'),
    noDash: marks!.includes('-'),
    notLike: marks!.includes('~'),
    offset: 0,
    tried: 0,
  }
}

/** Puts each needle into the shortest list of its three-character pieces. */
const indexed = (needles: readonly Needle[]): Map<number, Needle[]> => {
  const lists = new Map<number, Needle[]>()
  const common = new Set(
    COMMON.flatMap((text) =>
      Array.from({ length: text.length - GRAM + 1 }, (_, at) => hashAt(text, at))
    )
  )
  const crowd = (slot: number) =>
    (lists.get(slot)?.length ?? 0) + (common.has(slot) ? needles.length : 0)
  for (const needle of needles) {
    const first = needle.texts[0]!
    let best = hashAt(first, 0)
    for (let at = 1; at + GRAM <= first.length; at++) {
      const slot = hashAt(first, at)
      if (crowd(slot) < crowd(best)) {
        best = slot
        needle.offset = at
      }
    }
    const list = lists.get(best)
    if (list === undefined) lists.set(best, [needle])
    else list.push(needle)
  }
  return lists
}

const marksHold = (needle: Needle, text: string, at: number): boolean => {
  if (needle.start && at > 0) return false
  if (needle.wordStart && at > 0 && text.charCodeAt(at - 1) !== SPACE) return false
  if (needle.notLike && at >= LIKE.length && text.startsWith(LIKE, at - LIKE.length)) return false
  const end = at + needle.texts[0]!.length
  if (needle.end && end < text.length) return false
  return !needle.noDash || text.charCodeAt(end) !== DASH
}

const othersFollow = (texts: readonly string[], text: string, from: number): boolean => {
  let at = from
  for (let i = 1; i < texts.length; i++) {
    const found = text.indexOf(texts[i]!, at)
    if (found < 0) return false
    at = found + texts[i]!.length
  }
  return true
}

/**
 * Builds a scanner. For each character of the text, it looks once into a table of three-character pieces, and compares the
 * text with the few rules that have the piece.
 *
 * @example buildScanner(['Googlebot/', ['^', 'curl']]).find('curl/8.5.0') // 1
 */
export const buildScanner = (rules: readonly ScanRule[]): Scanner => {
  const lists = indexed(rules.map(toNeedle))
  // Most look-ups end here.
  const taken = new Uint8Array(TABLE_MASK + 1)
  for (const slot of lists.keys()) taken[slot] = 1
  let call = 0
  let steps = 0

  const matches = (needle: Needle, text: string, at: number): boolean => {
    if (at < 0 || !text.startsWith(needle.texts[0]!, at) || !marksHold(needle, text, at))
      return false
    if (needle.texts.length === 1) return true
    // The first place leaves the most room for the next texts: if they fail there, they fail everywhere.
    if (needle.tried === call) return false
    needle.tried = call
    return othersFollow(needle.texts, text, at + needle.texts[0]!.length)
  }

  return {
    get steps() {
      return steps
    },
    find: (text) => {
      call++
      steps = 0
      let best: Needle | undefined
      let bestStart = text.length
      const last = text.length - GRAM
      let a = text.charCodeAt(0)
      let b = text.charCodeAt(1)
      for (let at = 0; at <= last; at++) {
        const c = text.charCodeAt(at + 2)
        const slot = hash(a, b, c)
        a = b
        b = c
        if (taken[slot] === 0) continue
        for (const needle of lists.get(slot)!) {
          steps++
          const start = at - needle.offset
          const better =
            start < bestStart || (start === bestStart && needle.length > (best?.length ?? 0))
          if (better && matches(needle, text, start)) {
            best = needle
            bestStart = start
          }
        }
      }
      return best?.rule ?? NONE
    },
  }
}
