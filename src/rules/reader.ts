import { nearest } from '../nearest.ts'
import type { Findings } from './findings.ts'
import type { Entry, MapNode, Node, Part, Place, ScalarNode } from './node.ts'
import { describe, inBackticks } from './node.ts'

/** A text of the document with its place. */
export interface Text {
  readonly value: string
  readonly place: Place
}

const asText = (node: Node): string | undefined =>
  node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined

const LONE_SURROGATE = /\p{Surrogate}/u

/** `country`, `header`, … or `country, header or ip`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`

/** Reads typed values from a document and reports values of the wrong type. */
export class Reader {
  constructor(readonly findings: Findings) {}

  wrongType(node: Node, expected: string, help?: string): undefined {
    if (node.kind === 'broken') return undefined
    this.findings.error(
      node.place,
      'wrong_type',
      `expected ${expected}, found ${describe(node)}`,
      help
    )
    return undefined
  }

  map(node: Node, expected: string, help?: string): MapNode | undefined {
    return node.kind === 'map' ? node : this.wrongType(node, expected, help)
  }

  /** A text that is not empty and can be written in UTF-8. */
  text(node: Node, expected: string, emptyHelp?: string): Text | undefined {
    const value = asText(node)
    if (value === undefined) return this.wrongType(node, expected, quoteHelp(node))
    if (value === '') {
      const message = `expected ${expected}, found an empty text`
      this.findings.error(node.place, 'empty_text', message, emptyHelp)
      return undefined
    }
    if (LONE_SURROGATE.test(value)) {
      const message = `${inBackticks(value)} has half of a surrogate pair, which is not a character`
      this.findings.error(node.place, 'invalid_text', message)
      return undefined
    }
    return { value, place: node.place }
  }

  boolean(node: Node, key: string): boolean | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
    const word = asText(node)?.toLowerCase()
    const meant =
      word === undefined
        ? undefined
        : /^(yes|on|true|1)$/.test(word)
          ? 'true'
          : /^(no|off|false|0)$/.test(word)
            ? 'false'
            : undefined
    const help = meant === undefined ? undefined : `did you mean \`${key}: ${meant}\`?`
    return this.wrongType(node, '`true` or `false`', help)
  }

  /** Returns one item or the items of a list. An empty list matches nothing, so it is a mistake. */
  items(node: Node, expected: string): readonly Node[] {
    if (node.kind !== 'list') return [node]
    if (node.items.length === 0) {
      const help = 'an empty list would never match: leave the key out'
      this.findings.error(
        node.place,
        'empty_list',
        `expected ${expected}, found an empty list`,
        help
      )
    }
    return node.items
  }

  /**
   * Returns the entries by key and reports unknown keys. `meant` contains the known keys that the unknown keys resemble, so callers do
   * not report them as missing too; `complete` is true if every key is known
   * and no entry was left out.
   */
  entries<K extends string>(
    map: MapNode,
    known: Readonly<Record<K, readonly string[]>>,
    what: string,
    elsewhere: (key: string) => string | undefined = () => undefined
  ): { found: Partial<Record<K, Entry>>; meant: ReadonlySet<string>; complete: boolean } {
    const found: Partial<Record<K, Entry>> = {}
    const suspects = new Set<string>()
    let complete = !map.incomplete
    const words = Object.keys(known) as K[]
    for (const entry of map.entries) {
      const { key, keyPlace } = entry
      if (Object.hasOwn(known, key)) {
        found[key as K] = entry
        continue
      }
      complete = false
      const lower = key.toLowerCase().replace(/[-\s]/g, '_')
      const synonym = words.find((word) => known[word].includes(lower) || word === lower)
      const meant = synonym ?? nearest(key, words)
      if (meant !== undefined) suspects.add(meant)
      const help =
        elsewhere(key) ??
        (meant === undefined ? `known keys: ${words.join(', ')}` : `did you mean \`${meant}\`?`)
      this.findings.error(
        keyPlace,
        'unknown_key',
        `unknown key ${inBackticks(key)} in ${what}`,
        help
      )
    }
    return { found, meant: suspects, complete }
  }

  /**
   * Reports a problem inside a text, at the exact part if it is known, otherwise at the whole text.
   */
  inside(text: Text, part: Part, code: string, message: string, help?: string) {
    const locate = () => text.place.part(part) ?? text.place.span()
    this.findings.report('error', text.place, locate, code, message, help)
  }
}

/** YAML reads `1`, `NO` (in 1.1) and `null` as something other than text. */
const quoteHelp = (node: Node): string | undefined => {
  if (node.kind === 'map') return 'in YAML, quote text that contains `: ` or ends with `:`'
  const source = (node as Partial<ScalarNode>).source
  if (node.kind !== 'scalar' || node.value === null || source === undefined) return undefined
  return `write it in quotes: \`"${source}"\``
}
