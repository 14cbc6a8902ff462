import type { ParsedNode } from 'yaml'
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { JsonMember, JsonNode } from '../terraform/syntax/json-text.ts'
import { MAX_JSON_DEPTH, parseJson, plainJson } from '../terraform/syntax/json-text.ts'
import { SourceText, SyntaxProblem } from '../terraform/syntax/text.ts'
import type { Value } from '../terraform/values.ts'
import { fromJson } from '../terraform/values.ts'
import type { View } from '../terraform/view.ts'
import { parseYamlDocuments } from '../yaml-documents.ts'

/** A document with a syntax error. */
export class DocumentProblem extends Error {
  override readonly name = 'DocumentProblem'

  constructor(
    message: string,
    readonly line: number,
    /** True if no other reader should try. */
    readonly isFinal = false
  ) {
    super(message)
  }
}

/** A value of a parsed document with its place. */
export interface Parsed {
  readonly view: View
  readonly kind: 'object' | 'list' | 'other'
  readonly items: readonly Parsed[]
  value(): Value
}

const MAX_ALIASES = 100

const isNothing = (node: JsonNode | undefined): boolean =>
  node === undefined || (node.kind === 'scalar' && node.value === null)

class Reader {
  constructor(readonly source: SourceText) {}

  place({ offset }: JsonNode): string {
    return `${this.source.file}:${this.source.line(offset)}`
  }

  parsed(node: JsonNode): Parsed {
    return {
      view: this.view(node),
      kind: node.kind === 'scalar' ? 'other' : node.kind,
      items: node.kind === 'list' ? node.items.map((item) => this.parsed(item)) : [],
      value: () => fromJson(plainJson(node)),
    }
  }

  /** The last member with a name, as in JSON. */
  member(node: JsonNode, name: string): JsonNode | undefined {
    if (node.kind !== 'object') return undefined
    const found = node.members.findLast((member) => member.name === name)?.value
    return isNothing(found) ? undefined : found
  }

  view(node: JsonNode): View {
    return {
      place: this.place(node),
      value: (name) => {
        const found = this.member(node, name)
        return found === undefined ? undefined : fromJson(plainJson(found))
      },
      children: (name) => {
        const found = this.member(node, name)
        if (found?.kind === 'list') return found.items.map((item) => this.view(item))
        return found?.kind === 'object' ? [this.view(found)] : []
      },
      names: () =>
        node.kind === 'object'
          ? node.members.flatMap(({ name, value }) => (isNothing(value) ? [] : [name]))
          : [],
    }
  }
}

export interface ParsedDocument extends Parsed {
  /** A member of the document's object. */
  child(name: string): Parsed | undefined
}

/** A YAML document in the form of JSON, with its aliases resolved. */
class YamlReader {
  readonly #anchors = new Map<string, ParsedNode>()
  #nodes = 0

  node(node: ParsedNode | null, depth = 0): JsonNode {
    if (node === null) return { kind: 'scalar', value: null, offset: 0 }
    if (depth > MAX_JSON_DEPTH || ++this.#nodes > MAX_NODES) {
      throw new RangeError('nested too deeply')
    }
    const offset = node.range[0]
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source)
      return target === undefined
        ? { kind: 'scalar', value: null, offset }
        : this.node(target, depth + 1)
    }
    if (node.anchor) this.#anchors.set(node.anchor, node)
    if (isSeq(node)) {
      return {
        kind: 'list',
        offset,
        items: node.items.map((item) => this.node(item as ParsedNode, depth + 1)),
      }
    }
    if (isMap(node)) {
      const members = node.items.flatMap(({ key, value }): JsonMember[] =>
        isScalar(key)
          ? [
              {
                name: String(key.value),
                offset: (key as ParsedNode).range[0],
                value: this.node((value ?? null) as ParsedNode | null, depth + 1),
              },
            ]
          : []
      )
      return { kind: 'object', offset, members }
    }
    const { value } = node as { value: unknown }
    const plain = typeof value === 'bigint' ? Number(value) : value
    return { kind: 'scalar', value: plain as string | number | boolean | null, offset }
  }
}

const MAX_NODES = 2_000_000

const fromYaml = (text: string): JsonNode => {
  try {
    const { documents, errors, lines } = parseYamlDocuments(text, { uniqueKeys: false })
    const [document, second] = documents
    const [error] = document?.errors ?? errors
    if (error !== undefined) {
      const message = error.message.split(' at line ', 1)[0]!.split('\n', 1)[0]!
      throw new DocumentProblem(message, lines.linePos(error.pos[0]).line)
    }
    if (second !== undefined) {
      const message = 'a second document in one file: expected one'
      throw new DocumentProblem(message, lines.linePos(second.range[0]).line)
    }
    if (document === undefined) throw new DocumentProblem('the text contains no document', 1)
    // Rejects documents that aliases multiply.
    document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES })
    return new YamlReader().node(document.contents)
  } catch (error) {
    if (error instanceof RangeError)
      throw new DocumentProblem('the document is nested too deeply', 1)
    if (error instanceof ReferenceError) throw new DocumentProblem(error.message, 1)
    throw error
  }
}

/** The number of brackets that are open at once, outside of JSON's quotes. */
const deepestOffset = (text: string, most: number): number | undefined => {
  let depth = 0
  for (const { 0: found, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[[{\]}]/g)) {
    if (found === '[' || found === '{') depth++
    else if (found === ']' || found === '}') depth = Math.max(0, depth - 1)
    if (depth > most) return index
  }
  return undefined
}

/** In YAML, brackets in text do not nest. */
const MAX_YAML_BRACKETS = 4 * MAX_JSON_DEPTH

/**
 * JSON with small faults, such as an extra comma, is YAML. Above this size it is an error, because the reader of YAML takes quadratic
 * time for text that is neither.
 */
const MAX_LENIENT_CHARACTERS = 20_000
const JSON_START = /^\ufeff?\s*[[{]/

/**
 * Rejects text that nests deeper than any document does, because readers of YAML take quadratic time for nested brackets.
 *
 * @throws DocumentProblem
 */
export const checkNesting = (file: string, text: string): void => {
  const deep = deepestOffset(text, JSON_START.test(text) ? MAX_JSON_DEPTH : MAX_YAML_BRACKETS)
  if (deep === undefined) return
  const line = new SourceText(file, text).line(deep)
  throw new DocumentProblem('the document is nested too deeply', line, true)
}

const parsedText = (source: SourceText): JsonNode => {
  const { file, text } = source
  const isJson = JSON_START.test(text)
  if (isJson) {
    try {
      return parseJson(source)
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error
      if (text.length > MAX_LENIENT_CHARACTERS) {
        throw new DocumentProblem(error.message, source.line(error.at.offset), true)
      }
    }
  }
  checkNesting(file, text)
  return fromYaml(text)
}

/**
 * Parses JSON or YAML, keeping the line of each value.
 *
 * @throws DocumentProblem
 */
export const parseWithPlaces = (file: string, text: string): ParsedDocument => {
  const source = new SourceText(file, text)
  const node = parsedText(source)
  const reader = new Reader(source)
  return {
    ...reader.parsed(node),
    child: (name) => {
      const found = reader.member(node, name)
      return found === undefined ? undefined : reader.parsed(found)
    },
  }
}
