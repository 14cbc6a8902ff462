import type { Pair, YAMLMap, YAMLSeq } from 'yaml'
import { isMap, isScalar, parseDocument, visit } from 'yaml'
import { EdgeError } from '../error.ts'

/** A rule of any product, in the form that a document has. */
export type WrittenRule = Readonly<Record<string, unknown>>

interface Item {
  readonly list: YAMLSeq
  readonly map: YAMLMap
  readonly index: number
  /** The document, or the zone, that has the list. */
  readonly owner: YAMLMap | undefined
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
export const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}
const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length
export const startOf = (node: { range?: unknown }): number =>
  (node.range as [number, number, number])[0]
export const endOf = (node: { range?: unknown }): number =>
  (node.range as [number, number, number])[1]

export const cannot = (message: string): EdgeError => new EdgeError('cannot_edit', message)

/**
 * The place of a rule according to the loader. If several rules begin on one line, their names differ.
 */
export interface RulePlace {
  /** 1-based. */
  readonly line: number
  readonly name: string
}

/**
 * Returns the name in the item itself; `undefined` if the item has none, or takes it from an alias.
 */
const nameOf = (map: YAMLMap): string | undefined => {
  const name = map.get('name')
  const value = isScalar(name) ? name.value : name
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** The rule at a place, as a member of the list that it is in. */
export const itemAt = (text: string, { line, name }: RulePlace): Item => {
  const document = parseDocument(text, { uniqueKeys: false })
  if (document.errors.length > 0) {
    throw cannot(`the document has mistakes: ${document.errors[0]!.message.split('\n')[0]}`)
  }
  const found: Item[] = []
  visit(document, {
    Seq: (_, list, path) => {
      const owner = path.findLast((node): node is YAMLMap => isMap(node))
      for (const [index, map] of list.items.entries()) {
        if (!isMap(map) || map.range == null) continue
        const at = startOf(map)
        const first = map.items[0]?.key as { range?: unknown } | undefined
        const begins = [lineOf(text, at), first?.range == null ? 0 : lineOf(text, startOf(first))]
        if (begins.includes(line)) found.push({ list, map, index, owner })
      }
    },
  })
  const item =
    found.find(({ map }) => nameOf(map) === name) ??
    found.find(({ map }) => nameOf(map) === undefined)
  if (item !== undefined) return item
  const [other] = found
  throw cannot(
    other === undefined
      ? `line ${line}: expected the beginning of a rule`
      : `line ${line}: expected the rule "${name}", found "${nameOf(other.map)}": the file is not the one that the edge has read`
  )
}

/** A file with the line ends of Windows keeps them in every line. */
export const endOfLines = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n')

export const isFlow = (node: YAMLMap | YAMLSeq): boolean => node.flow === true

const COMMENT = /^[ \t]*#/

/** Returns the start of a block item: its dash, and the comments directly above it. */
const blockStart = (text: string, map: YAMLMap): { start: number; indent: string } => {
  let own = lineStart(text, startOf(map))
  // A dash may be on its own line above its rule.
  while (own > 0 && !/^[ \t]*-/.test(text.slice(own, startOf(map)))) own = lineStart(text, own - 1)
  const dash = /^([ \t]*)-/.exec(text.slice(own, lineEnd(text, own)))
  if (dash === null) throw cannot(`line ${lineOf(text, own)}: expected a rule on a line of its own`)
  let start = own
  while (start > 0) {
    const above = lineStart(text, start - 1)
    if (!COMMENT.test(text.slice(above, start))) break
    start = above
  }
  return { start, indent: dash[1]! }
}

const PLAIN = /^[A-Za-z][\w .,()/'-]*[\w)]$/
const WORD = /^(?:true|false|null|yes|no|on|off|y|n)$/i

const quoted = (text: string): string =>
  // A text with double quotes, as expressions are, reads best in single ones.
  text.includes('"') && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
    ? `'${text.replaceAll("'", "''")}'`
    : JSON.stringify(text)

/**
 * Writes a value on one line so that every YAML reader understands it the same way: JSON is YAML.
 */
const scalar = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value)
  return PLAIN.test(value) && !WORD.test(value) ? value : quoted(value)
}

export const blockRule = (rule: WrittenRule, indent: string): string =>
  Object.entries(rule)
    .filter(([, value]) => value !== undefined)
    .map(([key, value], i) => `${indent}${i === 0 ? '- ' : '  '}${key}: ${scalar(value)}\n`)
    .join('')

/**
 * Returns the document with one more rule, above the rule at `place`. All other text stays unchanged: comments, order, blank lines,
 * quotes.
 *
 * @throws EdgeError `cannot_edit`
 */
export const insertRule = (text: string, place: RulePlace, rule: WrittenRule): string =>
  insertAbove(text, itemAt(text, place), rule)

/** The same above an item of a list. */
export const insertAbove = (
  text: string,
  { list, map }: Pick<Item, 'list' | 'map'>,
  rule: WrittenRule
): string => {
  const end = endOfLines(text)
  if (!isFlow(list)) {
    const { start, indent } = blockStart(text, map)
    const written = `${blockRule(rule, indent)}\n`.replaceAll('\n', end)
    return text.slice(0, start) + written + text.slice(start)
  }
  const at = startOf(map)
  const before = text.slice(lineStart(text, at), at)
  const isOwnLine = /^[ \t]*$/.test(before)
  // Pretty-printed JSON gets pretty-printed JSON, indented to its level.
  const step = before.includes('\t') ? '\t' : '  '
  const written = isOwnLine
    ? `${JSON.stringify(rule, undefined, step)},\n`.replaceAll('\n', `${end}${before}`)
    : `${JSON.stringify(rule)}, `
  return text.slice(0, at) + written + text.slice(at)
}

export const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)

/**
 * A document in which one rule is on or off.
 *
 * @throws EdgeError `cannot_edit`
 */
export const setEnabled = (text: string, place: RulePlace, enabled: boolean): string => {
  const { map } = itemAt(text, place)
  const own = pairOf(map, 'enabled')
  if (own !== undefined) {
    const value = own.value as { range?: unknown } | null
    if (value?.range == null) throw cannot(`line ${place.line}: \`enabled\` has no value`)
    return text.slice(0, startOf(value)) + String(enabled) + text.slice(endOf(value))
  }
  const [first] = map.items
  if (first === undefined) throw cannot(`line ${place.line}: the rule is empty`)
  const key = first.key as { range?: unknown }
  if (isFlow(map)) {
    const at = startOf(key)
    const quoted = text[at] === '"'
    const before = text.slice(lineStart(text, at), at)
    const behind = /^[ \t]+$/.test(before) ? `,${endOfLines(text)}${before}` : ', '
    return `${text.slice(0, at)}${quoted ? '"enabled"' : 'enabled'}: ${enabled}${behind}${text.slice(at)}`
  }
  const at = startOf(key)
  const indent = ' '.repeat(at - lineStart(text, at))
  const value = first.value as { range?: unknown } | null
  const end = lineEnd(text, value?.range == null ? at : Math.max(at, endOf(value) - 1))
  return `${text.slice(0, end)}\n${indent}enabled: ${enabled}${text[end - 1] === '\r' ? '\r' : ''}${text.slice(end)}`
}

/** Returns the range of each item of a list, including the comments that belong to it. */
const piecesOf = (text: string, { list, map }: Item): { start: number; end: number }[] => {
  const maps = list.items.filter((one): one is YAMLMap => isMap(one))
  if (maps.length !== list.items.length) throw cannot('the list has something that is no rule')
  if (isFlow(list)) return maps.map((one) => ({ start: startOf(one), end: endOf(one) }))
  const starts = maps.map((one) => blockStart(text, one).start)
  const last = maps.at(-1) ?? map
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? endOf(last) }))
}

/**
 * Returns the document with one rule swapped with its neighbour.
 *
 * @throws EdgeError `cannot_edit`, also if it has no neighbour
 */
export const moveRule = (text: string, place: RulePlace, direction: 'up' | 'down'): string => {
  const item = itemAt(text, place)
  const pieces = piecesOf(text, item)
  const first = direction === 'up' ? item.index - 1 : item.index
  const [one, two] = [pieces[first], pieces[first + 1]]
  if (one === undefined || two === undefined) {
    throw cannot(
      `line ${place.line}: the rule is the ${direction === 'up' ? 'first' : 'last'} of its list`
    )
  }
  const [upper, lower] = [text.slice(one.start, one.end), text.slice(two.start, two.end)]
  const between = text.slice(one.end, two.start)
  if (isFlow(item.list)) {
    return text.slice(0, one.start) + lower + between + upper + text.slice(two.end)
  }
  // The blank lines between the rules stay between them.
  const [space] = /\n*$/.exec(upper)!
  const [end] = /\n*$/.exec(lower)!
  const bare = (piece: string) => piece.replace(/\n*$/, '')
  return (
    text.slice(0, one.start) +
    bare(lower) +
    (space || '\n') +
    bare(upper) +
    end +
    text.slice(two.end)
  )
}
