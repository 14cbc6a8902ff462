import type { Literal } from './literal.ts'
import { ANY } from './shape.ts'

const UPPER = /[A-Z]+/g
const LOWER = /[a-z]+/g

export const fold = (text: string): string => text.replace(UPPER, (run) => run.toLowerCase())
const raise = (text: string): string => text.replace(LOWER, (run) => run.toUpperCase())

/** Filler for the unconstrained parts of a value, of several lengths. */
const FILLERS = ['', 'x', 'zz/', '-0-']

/** Returns the templates that the value must be an instance of. */
export const templatesOf = (literals: readonly Literal[]): string[] =>
  literals.flatMap(({ atom, isTrue }) =>
    isTrue && atom.shape?.kind === 'template' ? atom.shape.template : []
  )

const headOf = (template: string): string => template.slice(0, template.indexOf(ANY) >>> 0)
const tailOf = (template: string): string => template.slice(template.lastIndexOf(ANY) + 1)

const longest = (texts: readonly string[]): string =>
  texts.reduce((long, text) => (text.length > long.length ? text : long), '')

/** True if no value can begin with `head` and end with `tail` with the two sharing characters. */
export const cannotOverlap = (head: string, tail: string): boolean => {
  for (let length = 1; length <= Math.min(head.length, tail.length); length++) {
    if (head.endsWith(tail.slice(0, length))) return false
  }
  return true
}

/**
 * Merges two templates: every text that is an instance of both is an instance of the result. `undefined` if that is not certain.
 */
export const joined = (first: string, second: string): string | undefined => {
  const head = headOf(first)
  const tail = tailOf(second)
  if (head === '' || tail === '' || !first.includes(ANY) || !second.includes(ANY)) return undefined
  return cannotOverlap(head, tail) ? `${head}${ANY}${tail}` : undefined
}

/** True if no text is an instance of both: their beginnings or ends differ. */
export const exclude = (first: string, second: string): boolean => {
  const heads = [headOf(first), headOf(second)] as const
  const tails = [tailOf(first), tailOf(second)] as const
  const [shortHead, longHead] = heads[0].length < heads[1].length ? heads : [heads[1], heads[0]]
  const [shortTail, longTail] = tails[0].length < tails[1].length ? tails : [tails[1], tails[0]]
  return !longHead.startsWith(shortHead) || !longTail.endsWith(shortTail)
}

/** True if the text is an instance of the template. */
export const isInstance = (template: string, text: string): boolean => {
  const pieces = template.split(ANY)
  if (pieces.length === 1) return text === template
  const last = pieces.at(-1)!
  const stop = text.length - last.length
  let at = pieces[0]!.length
  if (stop < at || !text.startsWith(pieces[0]!) || !text.endsWith(last)) return false
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found === -1 || found + piece.length > stop) return false
    at = found + piece.length
  }
  return true
}

/**
 * Returns a rough instance of a regular expression. The caller must verify it on the expression.
 */
const instanceOf = (pattern: string): string =>
  pattern
    .replace(/\(\?[a-z]+\)|\(\?:|\(\?P?<\w+>/g, (open) => (open.endsWith(')') ? '' : '('))
    .replace(/\(([^()|]*)(?:\|[^()]*)?\)/g, '$1')
    .replace(/\(([^()|]*)(?:\|[^()]*)?\)/g, '$1')
    .replace(/\|.*$/s, '')
    .replace(/\[\^[^\]]*\]/g, '_')
    .replace(/\[\\?(.)[^\]]*\]/g, '$1')
    .replace(/\\d/g, '1')
    .replace(/\\w/g, 'w')
    .replace(/\\s/g, ' ')
    .replace(/\\[bBAz]/g, '')
    .replace(/\.(?:[*?]|\{0?,\d*\})/g, '')
    .replace(/(?<!\\)[\^$]/g, '')
    .replace(/(?<!\\)\./g, 'x')
    .replace(/\\?(.)[*?]/g, '')
    .replace(/\+/g, '')
    .replace(/\{\d+(?:,\d*)?\}/g, '')
    .replace(/\\(.)/g, '$1')

const patternsOf = (literals: readonly Literal[]): string[] =>
  literals.flatMap(({ atom: { node }, isTrue }) => {
    const compare = node.kind === 'any' ? node.item : node
    if (!isTrue || compare.kind !== 'compare' || compare.operator !== 'matches') return []
    return compare.right.kind === 'pattern' ? instanceOf(compare.right.pattern) : []
  })

/** Returns texts that comparisons name: in `eq`, in sets and in orderings. */
const namedTexts = (literals: readonly Literal[]): string[] =>
  literals.flatMap(({ atom: { shape, node } }) => {
    if (shape?.kind === 'values') return shape.values
    const compare = node.kind === 'any' ? node.item : node
    if (compare.kind !== 'compare' || compare.right.kind !== 'literal') return []
    return typeof compare.right.value === 'string' ? compare.right.value : []
  })

const MAX_NAMED = 400
/** Values that no condition names. */
const OTHERS = ['', 'x', 'other']

/**
 * Yields texts that may satisfy the conditions: merged instances of their templates, texts that they name, and others.
 */
export function* textCandidates(literals: readonly Literal[]): Generator<string> {
  const templates = templatesOf(literals)
  const head = longest(templates.map(headOf))
  const tail = longest(templates.map(tailOf))
  if (head.includes(tail)) yield head
  if (tail.includes(head)) yield tail
  const middles = templates.flatMap((template) => {
    const pieces = template.split(ANY)
    return pieces.length > 1 ? pieces.slice(1, -1).filter((piece) => piece !== '') : []
  })
  const missing = middles.filter((piece) => !head.includes(piece) && !tail.includes(piece))
  const patterns = patternsOf(literals)
  const texts = FILLERS.flatMap((filler) => [
    [head, ...missing, tail].filter((piece) => piece !== '').join(filler),
    `${head}${filler}${missing.join(filler)}${filler}${tail}`,
    `${head}${[...middles, ...patterns].join(filler)}${tail}`,
  ])
  yield* texts
  yield* patterns
  const named = namedTexts(literals).slice(0, MAX_NAMED)
  yield* named
  yield* OTHERS
  for (const text of [...texts, ...named, head, tail]) {
    yield fold(text)
    yield raise(text)
  }
  for (const text of named) yield `${text}\0`
}
