import type { Alias, Document, Range, Node as YamlNode } from 'yaml'
import { isAlias, isMap, isScalar, isSeq, Parser, visit } from 'yaml'
import { yamlDocuments } from '../yaml-documents.ts'
import { everydayYaml } from './everyday-yaml.ts'
import { FilePlace } from './file-place.ts'
import type { Findings } from './findings.ts'
import { wrongIndentation } from './indentation.ts'
import { MAX_DEPTH, MAX_NODES } from './limits.ts'
import type { BrokenNode, Entry, Node, Place } from './node.ts'
import { describe, inBackticks } from './node.ts'
import type { Source } from './source.ts'

type Token = { type: string; offset: number; value?: unknown; items?: unknown }

const asToken = (value: unknown): Token | undefined =>
  typeof value === 'object' && value !== null && 'type' in value ? (value as Token) : undefined

/** First token below the depth limit, if any. The parser (unlike the composer) is not recursive, nor is this. */
const tooDeep = (root: Token): Token | undefined => {
  const stack: [Token, number][] = [[root, 0]]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [token, depth] = top
    if (depth > MAX_DEPTH) return token
    const items = Array.isArray(token.items) ? (token.items as unknown[]) : []
    const below = items.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item) : []
    )
    for (const child of [token.value, ...below]) {
      const next = asToken(child)
      if (next !== undefined) stack.push([next, depth + 1])
    }
  }
  return undefined
}

const SYNTAX_HELP: Record<string, string> = {
  TAB_AS_INDENT: 'YAML is indented with spaces: replace the tab',
  BLOCK_AS_IMPLICIT_KEY:
    'quote text that contains `: `, or write it below a `|`; if it contains none, check the indentation below',
  MULTILINE_IMPLICIT_KEY: 'check the indentation of this line and the one above',
  BAD_SCALAR_START: 'quote text that starts with this character',
  BAD_DQ_ESCAPE: 'write backslashes twice, or use single quotes',
  BAD_INDENT: 'check the indentation and the closing brackets',
  MISSING_CHAR: 'check that quotes and brackets are closed',
}

/** Codes that the library may give for a line with wrong indentation. */
const INDENTATION_CODES = [
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
]

/** Returns the library's message in our style. The library says `"quote` for a double quote. */
const inOurStyle = (message: string) =>
  (message.charAt(0).toLowerCase() + message.slice(1)).replace(/["']quote/, 'quote')

/**
 * Resolves each alias: the last anchor of its name before it. The library's own lookup walks the document for every alias.
 */
const aliasTargets = (document: Document.Parsed): Map<Alias, YamlNode> => {
  const anchors = new Map<string, YamlNode>()
  const targets = new Map<Alias, YamlNode>()
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

const commentBehind = /[ \t]+#/y

class Converter {
  #nodes = 0
  readonly #open = new Set<YamlNode>()
  readonly #targets: ReadonlyMap<Alias, YamlNode>

  constructor(
    private readonly source: Source,
    document: Document.Parsed,
    private readonly findings: Findings
  ) {
    this.#targets = aliasTargets(document)
  }

  place(range: Range | null | undefined, value?: string, plain = false): FilePlace {
    const [start, end] = range ?? [0, 0]
    commentBehind.lastIndex = end
    const isCut = plain && commentBehind.test(this.source.text)
    return new FilePlace(this.source, start, end, value, isCut)
  }

  #broken(place: Place, code: string, message: string, help?: string): BrokenNode {
    this.findings.error(place, code, message, help)
    return { kind: 'broken', place }
  }

  /** Turns a YAML node into a document node. */
  node(node: unknown, keyPlace: Place): Node {
    if (++this.#nodes > MAX_NODES) {
      if (this.#nodes > MAX_NODES + 1) return { kind: 'broken', place: keyPlace }
      const message = `the document has more than ${MAX_NODES} values with its aliases resolved`
      return this.#broken(keyPlace, 'too_large', message)
    }
    if (isAlias(node)) return this.#alias(node, keyPlace)
    if (isMap(node)) return this.#within(node, () => this.#map(node))
    if (isSeq(node)) return this.#within(node, () => this.#list(node, keyPlace))
    if (isScalar(node)) {
      const { value, type } = node
      const text = typeof value === 'string' ? value : undefined
      if (value === null || value === undefined) {
        return { kind: 'scalar', value: null, place: keyPlace, source: '' }
      }
      const place = this.place(node.range, text, type === 'PLAIN')
      // The unknown tag is reported already, and has swallowed the text.
      if (node.tag?.startsWith('!')) return { kind: 'broken', place }
      if (text !== undefined || ['number', 'bigint', 'boolean'].includes(typeof value)) {
        const source = node.source ?? String(value)
        return { kind: 'scalar', value: value as string | number | bigint | boolean, place, source }
      }
      const message = 'expected text, a number, a boolean, a list or a mapping'
      return this.#broken(place, 'wrong_type', message)
    }
    return { kind: 'scalar', value: null, place: keyPlace, source: '' }
  }

  #within(node: YamlNode, convert: () => Node): Node {
    this.#open.add(node)
    const converted = convert()
    this.#open.delete(node)
    return converted
  }

  #alias(node: Alias, keyPlace: Place): Node {
    const target = this.#targets.get(node)
    if (target !== undefined && this.#open.has(target)) {
      const message = `the alias ${inBackticks(`*${node.source}`)} refers to a value that contains it`
      return this.#broken(this.place(node.range), 'alias_loop', message)
    }
    if (target !== undefined) return this.node(target, keyPlace)
    const text = `*${node.source}`
    const help = `in YAML a leading \`*\` refers to an anchor: write '${text}' in quotes if it is text`
    const message = `no anchor \`&${node.source}\` for the alias ${inBackticks(text)}`
    return this.#broken(this.place(node.range), 'unknown_alias', message, help)
  }

  #list(node: { items: unknown[]; range?: Range | null }, keyPlace: Place): Node {
    const items = node.items.map((item) => this.node(item, keyPlace))
    return { kind: 'list', items, place: this.place(node.range) }
  }

  #map(node: { items: { key: unknown; value: unknown }[]; range?: Range | null }): Node {
    const entries: Entry[] = []
    const first = new Map<string, Place>()
    for (const pair of node.items) {
      const key = this.node(pair.key, this.place(node.range))
      if (key.kind === 'broken') continue
      if (key.kind !== 'scalar' || typeof key.value !== 'string') {
        this.findings.error(key.place, 'wrong_type', `expected a key, found ${describe(key)}`)
        continue
      }
      const earlier = first.get(key.value)
      if (earlier !== undefined) {
        const message = `duplicate key ${inBackticks(key.value)}: already on line ${earlier.span().line}`
        this.findings.error(key.place, 'duplicate_key', message)
        continue
      }
      first.set(key.value, key.place)
      const value = this.node(pair.value, key.place)
      entries.push({ key: key.value, keyPlace: key.place, value })
    }
    const incomplete = entries.length < node.items.length
    return { kind: 'map', entries, place: this.place(node.range), incomplete }
  }
}

/** `undefined` for thousands of `- ` in one another, which end the parser's stack. */
const tokensOf = (text: string) => {
  try {
    return [...new Parser().parse(text)]
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * Parses one YAML or JSON document. Problems go to `findings`, with their places; `undefined` if no document is left to read. Nesting,
 * aliases and cycles are bounded for any input.
 */
export const parseYaml = (source: Source, findings: Findings): Node | undefined =>
  everydayYaml(source) ?? parseAnyYaml(source, findings)

/** Parses with the library, which supports all of YAML and describes mistakes. */
export const parseAnyYaml = (source: Source, findings: Findings): Node | undefined => {
  const whole = new FilePlace(source, 0, 0)
  const at = (start: number, end = start + 1) => new FilePlace(source, start, end)
  const tokens = tokensOf(source.text)
  if (tokens === undefined) {
    findings.error(at(0), 'too_deep', `nested deeper than ${MAX_DEPTH} levels`)
    return undefined
  }
  for (const token of tokens) {
    const deep = tooDeep(token as Token)
    if (deep !== undefined) {
      findings.error(at(deep.offset), 'too_deep', `nested deeper than ${MAX_DEPTH} levels`)
      return undefined
    }
  }
  const { documents, errors: many } = yamlDocuments(tokens, source.text.length, {
    uniqueKeys: false,
  })
  const [document, second] = documents
  const errors = document?.errors ?? many
  const indentation = errors.some(({ code }) => INDENTATION_CODES.includes(code))
    ? wrongIndentation(source.text)
    : undefined
  const lines = new Set<number>()
  for (const { code, message, pos } of errors) {
    // One mistake often causes several messages about its line; only the first is about the mistake itself.
    const line = source.line(pos[0])
    if (lines.has(line) || line >= (indentation?.fromLine ?? Number.POSITIVE_INFINITY)) continue
    lines.add(line)
    findings.error(at(pos[0], pos[1]), 'invalid_yaml', inOurStyle(message), SYNTAX_HELP[code])
  }
  if (indentation !== undefined) {
    const { start, end, message, help } = indentation
    findings.error(at(start, end), 'invalid_yaml', message, help)
  }
  if (document === undefined) return undefined
  for (const { code, pos } of document.warnings) {
    if (code !== 'TAG_RESOLVE_FAILED') continue
    const tag = source.text.slice(pos[0], pos[1])
    const help = 'in YAML a leading `!` is a tag: quote the text, or write `not` to negate'
    findings.error(at(pos[0], pos[1]), 'unknown_tag', `unknown YAML tag ${inBackticks(tag)}`, help)
  }
  if (second !== undefined) {
    const place = at(second.range[0], second.range[0] + 3)
    findings.error(place, 'several_documents', 'a second document in one file: expected one')
  }
  if (document.errors.length > 0) return undefined
  if (
    document.contents === null ||
    (isScalar(document.contents) && document.contents.value === null)
  ) {
    const help = 'the smallest document is `rules: []`'
    findings.error(whole, 'empty_document', 'the document is empty: expected `rules:`', help)
    return undefined
  }
  return new Converter(source, document as Document.Parsed, findings).node(document.contents, whole)
}
