import type { Diagnostic } from '../error.ts'

/** The position part of a diagnostic. */
export type Span = Pick<Diagnostic, 'file' | 'line' | 'column' | 'length' | 'sourceLine'>

/** A part of a text value, in UTF-16 units of the value (not of the file). */
export interface Part {
  start: number
  length: number
}

/** The place of a value in its document. Spans are worked out only for messages. */
export interface Place {
  /** `rules[2].when.ip[0]` for a value that came from no file. */
  readonly path?: string
  span(): Span
  /** Returns the exact span of part of a text value; `undefined` if the mapping is not exact. */
  part(part: Part): Span | undefined
  /** True for unquoted YAML text that ends at a ` #` comment. */
  readonly endsAtComment?: boolean
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly value: string | number | bigint | boolean | null
  readonly place: Place
  /** The source text, if it differs from the value (`1.10`). */
  readonly source: string
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Node[]
  readonly place: Place
}

export interface Entry {
  readonly key: string
  readonly keyPlace: Place
  readonly value: Node
}

export interface MapNode {
  readonly kind: 'map'
  readonly entries: readonly Entry[]
  readonly place: Place
  /** True if entries were left out; the reason is then reported. */
  readonly incomplete?: boolean
}

/** A value whose problem is already reported. Readers skip it. */
export interface BrokenNode {
  readonly kind: 'broken'
  readonly place: Place
}

/** A parsed rule document in any format. */
export type Node = ScalarNode | ListNode | MapNode | BrokenNode

const MAX_SHOWN_CHARACTERS = 60

/** A piece of the user's text for a message: in backticks, on one line, long text cut. */
export const inBackticks = (text: string): string => {
  const line = text.replace(/\s+/g, ' ')
  if (line.length <= MAX_SHOWN_CHARACTERS) return `\`${line}\``
  const characters = [...line]
  const cut = characters.length > MAX_SHOWN_CHARACTERS
  return `\`${cut ? `${characters.slice(0, MAX_SHOWN_CHARACTERS - 1).join('')}…` : characters.join('')}\``
}

/** Describes a node for messages about a wrong type: "a list", "the number `5`". */
export const describe = (node: Node): string => {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a mapping'
  if (node.kind === 'broken') return 'a broken value'
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'string') return `the text ${inBackticks(node.value)}`
  if (typeof node.value === 'boolean') return `the boolean ${inBackticks(node.source)}`
  return `the number ${inBackticks(node.source)}`
}
