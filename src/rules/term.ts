import type { Part, Place } from './node.ts'

/** Part of the generated text, with the part of the document that it came from. */
interface Piece {
  readonly text: string
  readonly place?: Place
  /** True if the text equals the value unit by unit, which makes positions inside it exact. */
  readonly verbatim?: boolean
}

type Binding = 'or' | 'and' | 'tight'

/**
 * Text of the Rules language under construction, with its precedence and the origins of its parts.
 */
export interface Term {
  readonly pieces: readonly Piece[]
  readonly binding: Binding
}

/** A comparison or call; parts are text or literals made by `literal` / `verbatim`. */
export const term = (...parts: (string | Piece)[]): Term => ({
  pieces: parts.map((part) => (typeof part === 'string' ? { text: part } : part)),
  binding: 'tight',
})

/** Returns generated text for a value of the document. */
export const literal = (text: string, place: Place): Piece => ({ text, place })

/** The same, character by character. */
export const verbatim = (text: string, place: Place): Piece => ({ text, place, verbatim: true })

const grouped = ({ pieces }: Term): readonly Piece[] => [{ text: '(' }, ...pieces, { text: ')' }]

const joined = (terms: readonly Term[], word: 'or' | 'and'): Term => {
  const [only] = terms
  if (only !== undefined && terms.length === 1) return only
  const pieces = terms.flatMap((each, i) => [
    ...(i === 0 ? [] : [{ text: ` ${word} ` }]),
    ...(each.binding === 'tight' || each.binding === word ? each.pieces : grouped(each)),
  ])
  return { pieces, binding: word }
}

export const or = (terms: readonly Term[]): Term => joined(terms, 'or')
export const and = (terms: readonly Term[]): Term => joined(terms, 'and')

/** `not` applies to one simple expression only, so whatever is looser gets parentheses. */
export const not = (of: Term): Term => ({
  pieces: [{ text: 'not ' }, ...(of.binding === 'tight' ? of.pieces : grouped(of))],
  binding: 'tight',
})

export const textOf = ({ pieces }: Term): string => pieces.map(({ text }) => text).join('')

/** Returns the piece at an offset of the generated text, and its start. */
const pieceAt = ({ pieces }: Term, offset: number) => {
  let at = 0
  for (const piece of pieces) {
    if (offset < at + piece.text.length) return { piece, at }
    at += piece.text.length
  }
  return undefined
}

/** Finds the part of the document from which the text at an offset was generated. */
export const originOf = (
  of: Term,
  { start, length }: Part
): { place: Place; part?: Part } | undefined => {
  const found = pieceAt(of, start)
  const place = found?.piece.place
  if (found === undefined || place === undefined) return undefined
  return found.piece.verbatim ? { place, part: { start: start - found.at, length } } : { place }
}

/** Returns the term with the verbatim text at an offset replaced; `undefined` if there is none. */
export const replaceVerbatim = (of: Term, offset: number, text: string): Term | undefined => {
  const found = pieceAt(of, offset)?.piece
  if (!found?.verbatim || found.text === text) return undefined
  const pieces = of.pieces.map((piece) => (piece === found ? { ...piece, text } : piece))
  return { ...of, pieces }
}
