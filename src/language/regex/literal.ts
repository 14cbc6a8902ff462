import type { Node } from './hir.ts'

/**
 * The longest literal for `String.prototype.includes`, in bytes. At worst, V8's search takes time proportional to the
 * product of both lengths; this limit keeps it linear in the visitor's text.
 */
const MAX_NEEDLE_BYTES = 64
/** Ordinary text contains shorter literals too often for them to rule much out. */
const MIN_NEEDLE_BYTES = 3

const literalByte = (node: Node): string | undefined => {
  if (node.kind !== 'set' || node.ranges.length !== 2) return undefined
  return node.ranges[0] === node.ranges[1] ? String.fromCharCode(node.ranges[0]!) : undefined
}

/** The parts that every match passes in order, with groups opened. */
export const sequence = (node: Node): readonly Node[] => {
  if (node.kind === 'group') return sequence(node.node)
  if (node.kind === 'cat') return node.nodes.flatMap(sequence)
  return node.kind === 'empty' ? [] : [node]
}

const isLook = (node: Node | undefined, look: string) => node?.kind === 'look' && node.look === look

/** A test by V8's string search, for a pattern that is a literal with or without `^` and `$`. */
export const literalTest = (root: Node): ((bytes: string) => boolean) | undefined => {
  const parts = sequence(root)
  const fromStart = isLook(parts[0], 'start')
  const toEnd = isLook(parts.at(-1), 'end')
  let literal = ''
  for (const part of parts.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined)) {
    const byte = literalByte(part)
    if (byte === undefined) return undefined
    literal += byte
  }
  if (fromStart && toEnd) return (bytes) => bytes === literal
  if (fromStart) return (bytes) => bytes.startsWith(literal)
  if (toEnd) return (bytes) => bytes.endsWith(literal)
  return literal.length > MAX_NEEDLE_BYTES ? undefined : (bytes) => bytes.includes(literal)
}

/** A literal that every match contains, if it is worth searching first. */
export const requiredLiteral = (root: Node): string | undefined => {
  let best = ''
  let run = ''
  for (const part of sequence(root)) {
    const byte = literalByte(part)
    if (byte !== undefined && run.length < MAX_NEEDLE_BYTES) run += byte
    else if (part.kind !== 'look') run = byte ?? ''
    if (run.length > best.length) best = run
  }
  return best.length >= MIN_NEEDLE_BYTES ? best : undefined
}
