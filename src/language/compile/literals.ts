import { CASE_BIT } from '../characters.ts'
import type { Node } from '../regex/hir.ts'
import { parseRegex } from '../regex/parse.ts'
import { foldCase } from './fold-case.ts'

/** Alternative texts in ASCII lower case. Every value that matches contains at least one of them. */
export type Needles = readonly string[]

/** Shorter texts are in most values. */
export const MIN_NEEDLE_BYTES = 2
/** A regex may describe thousands of texts: `(a|b)(c|d)…` is not expanded, and a long choice is ignored. */
const MAX_CHOICE = 64

/** The byte that a set stands for; `[Aa]` stands for `a`. */
const foldedByte = (node: Node): string | undefined => {
  if (node.kind !== 'set') return undefined
  const [from, to, second, end] = node.ranges
  if (from === undefined || from !== to) return undefined
  const byte = String.fromCharCode(from)
  if (node.ranges.length === 2) return foldCase(byte)
  const isLetterPair =
    node.ranges.length === 4 && second === end && second === (from | CASE_BIT) && /[A-Z]/.test(byte)
  return isLetterPair ? foldCase(byte) : undefined
}

const sequence = (node: Node): readonly Node[] => {
  if (node.kind === 'group') return sequence(node.node)
  return node.kind === 'cat' ? node.nodes.flatMap(sequence) : [node]
}

const shortest = (needles: Needles) => Math.min(...needles.map((needle) => needle.length))

/** Every choice of texts that a match needs. Each choice is necessary by itself. */
const necessary = (root: Node): Needles[] => {
  const found: Needles[] = []
  let run = ''
  const endRun = () => {
    if (run.length >= MIN_NEEDLE_BYTES) found.push([run])
    run = ''
  }
  for (const node of sequence(root)) {
    const byte = foldedByte(node)
    if (byte !== undefined) run += byte
    // An assertion takes no bytes: the texts before and after it are still adjacent.
    else if (node.kind !== 'look') {
      endRun()
      found.push(...ofOne(node))
    }
  }
  endRun()
  return found
}

const ofOne = (node: Node): Needles[] => {
  if (node.kind === 'repeat') return node.from > 0 ? necessary(node.node) : []
  if (node.kind !== 'alt') return []
  const branches = node.nodes.map((branch) =>
    necessary(branch).reduce<Needles>(
      (best, one) => (best.length === 0 || shortest(one) > shortest(best) ? one : best),
      []
    )
  )
  const all = branches.flat()
  return branches.some((branch) => branch.length === 0) || all.length > MAX_CHOICE ? [] : [all]
}

/** The texts that a value needs to match a regex (binary string): several choices, each necessary by itself. */
export const regexLiterals = (pattern: string): Needles[] => necessary(parseRegex(pattern).node)

const PIECES = /(?:\\.|[^*\\])+/gs

/** The same for a wildcard pattern. */
export const wildcardLiterals = (pattern: string): Needles[] =>
  (pattern.match(PIECES) ?? [])
    .map((piece) => foldCase(piece.replace(/\\(.)/gs, '$1')))
    .filter((piece) => piece.length >= MIN_NEEDLE_BYTES)
    .map((piece) => [piece])
