import type { Part, Place } from './node.ts'

/** A stretch of generated text, and the part of the document that it stands for. */
interface Piece {
  readonly text: string
  readonly place?: Place
  /** True where the text is the value, unit by unit: positions inside it are exact. */
  readonly verbatim?: boolean
}

type Binding = 'or' | 'and' | 'tight'

/** Text of the Rules language under construction, which knows how tightly it binds and where its parts come from. */
export interface Term {
  readonly pieces: readonly Piece[]
  readonly binding: Binding
}

/** A comparison or call; parts are text or literals made by `literal` / `verbatim`. */
export const term = (...parts: (string | Piece)[]): Term => ({
  pieces: parts.map((part) => (typeof part === 'string' ? { text: part } : part)),
  binding: 'tight',
})

/** Generated text that stands for a value of the document. */
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

/** The piece at an offset of the generated text, and where it starts. */
const pieceAt = ({ pieces }: Term, offset: number) => {
  let at = 0
  for (const piece of pieces) {
    if (offset < at + piece.text.length) return { piece, at }
    at += piece.text.length
  }
  return undefined
}

/** Finds the part of the document that an offset of the generated text stands for. */
export const originOf = (
  of: Term,
  { start, length }: Part
): { place: Place; part?: Part } | undefined => {
  const found = pieceAt(of, start)
  const place = found?.piece.place
  if (found === undefined || place === undefined) return undefined
  return found.piece.verbatim ? { place, part: { start: start - found.at, length } } : { place }
}

/** The term with the verbatim text at an offset replaced; `undefined` where there is none. */
export const replaceVerbatim = (of: Term, offset: number, text: string): Term | undefined => {
  const found = pieceAt(of, offset)?.piece
  if (!found?.verbatim || found.text === text) return undefined
  const pieces = of.pieces.map((piece) => (piece === found ? { ...piece, text } : piece))
  return { ...of, pieces }
}
