import type { ParsedNode } from 'yaml'
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import { parseYamlDocuments } from '../../yaml-documents.ts'
import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import { isList, isObject, narrowed, numberFrom, SetValue, sortedEntries } from '../values.ts'
import { jsonText } from './json.ts'

/** The size limit of a document with its aliases resolved. */
const MAX_NODES = 1_000_000
const MAX_DEPTH = 200

const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const NULL = /^(?:|~|null|Null|NULL)$/
const INTEGER = /^[-+]?\d+$/
const PREFIXED = /^(?:0x[\da-fA-F]+|0o[0-7]+)$/
const FLOAT = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const DATE =
  /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d+)?[ \t]*(?:Z|[-+]\d\d?(?::?\d\d)?)?)?$/

const STANDARD = 'tag:yaml.org,2002:'
/** Tags whose text does not change. Terraform's reader keeps numbers of `!!int` as text too. */
const AS_WRITTEN = new Set(['str', 'int', 'binary'].map((name) => STANDARD + name))

const problem = (message: string): never => {
  throw new EvaluationProblem(`\`yamldecode\`: ${message}`)
}

/** A moment in RFC 3339. A date without a time means midnight. */
const timestamp = (text: string): string => {
  const [date = '', time = '00:00:00'] = text.split(/[Tt]|[ \t]+/)
  const [year = '', month = '', day = ''] = date.split('-')
  const [, clock = '', zone = ''] = /^(.*?)(Z|[-+][\d:]+)?$/.exec(time) ?? []
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${clock}${zone || 'Z'}`
}

/** A scalar without quotes, as YAML 1.1 reads it: `no` is false, `010` is ten. */
const plain = (text: string): Value => {
  if (NULL.test(text)) return null
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  if (INTEGER.test(text) || FLOAT.test(text)) return numberFrom(text)
  if (PREFIXED.test(text)) return narrowed(BigInt(text))
  if (NOT_FINITE.test(text)) return problem(`\`${text}\` is not a number in Terraform`)
  return DATE.test(text) ? timestamp(text) : text
}

class Decoder {
  readonly #anchors = new Map<string, ParsedNode>()
  readonly #open = new Set<string>()
  #nodes = 0

  value(node: ParsedNode | null, depth = 0): Value {
    if (++this.#nodes > MAX_NODES) return problem(`more than ${MAX_NODES} values`)
    if (depth > MAX_DEPTH) return problem(`more than ${MAX_DEPTH} levels of nesting`)
    if (node === null) return null
    if (isAlias(node)) return this.#alias(node.source, depth)
    if (node.anchor) this.#anchors.set(node.anchor, node)
    const tag = node.tag?.replace(/^!!/, STANDARD)
    if (isScalar(node)) {
      const text = typeof node.value === 'string' ? node.value : (node.source ?? '')
      if (tag !== undefined) return this.#tagged(text, tag)
      return node.type === 'PLAIN' ? plain(text) : text
    }
    if (tag !== undefined && tag !== `${STANDARD}map` && tag !== `${STANDARD}seq`) {
      return problem(`unknown tag ${tag}`)
    }
    if (isSeq(node)) return node.items.map((item) => this.value(item as ParsedNode, depth + 1))
    return isMap(node) ? this.#map(node.items as [], depth) : null
  }

  #tagged(text: string, tag: string): Value {
    if (AS_WRITTEN.has(tag)) return text
    if (tag === `${STANDARD}float` && FLOAT.test(text)) return Number(text)
    if (tag === `${STANDARD}bool` && (TRUE.test(text) || FALSE.test(text))) return TRUE.test(text)
    if (tag === `${STANDARD}null`) return null
    if (tag === `${STANDARD}timestamp` && DATE.test(text)) return timestamp(text)
    return problem(`the tag ${tag} does not fit \`${text}\``)
  }

  #alias(name: string, depth: number): Value {
    const target = this.#anchors.get(name)
    if (target === undefined || this.#open.has(name)) return problem(`there is no anchor "${name}"`)
    this.#open.add(name)
    const value = this.value(target, depth + 1)
    this.#open.delete(name)
    return value
  }

  #map(items: readonly { key: ParsedNode; value: ParsedNode | null }[], depth: number): Value {
    const map = new Map<string, Value>()
    const merged = new Map<string, Value>()
    for (const { key, value } of items) {
      if (isScalar(key) && key.type === 'PLAIN' && key.value === '<<') {
        const found = this.value(value, depth + 1)
        for (const one of isList(found) ? found : [found]) {
          if (!isObject(one)) return problem('`<<` takes a mapping')
          for (const [name, item] of one) if (!merged.has(name)) merged.set(name, item)
        }
        continue
      }
      const name = this.value(key, depth + 1)
      if (name === null || typeof name === 'object') return problem('a key is not text')
      map.set(String(name), this.value(value, depth + 1))
    }
    return new Map([...merged, ...map])
  }
}

/**
 * Parses a YAML document like Terraform, which mostly follows YAML 1.1.
 *
 * Source: https://developer.hashicorp.com/terraform/language/functions/yamldecode
 *
 * @throws EvaluationProblem
 */
export const yamlDecoded = (text: string): Value => {
  const { documents, errors, lines } = parseYamlDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
  })
  const [document] = documents
  const [error] = documents.length > 1 ? [] : (document?.errors ?? errors)
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    return problem(`${error.message.split('\n', 1)[0]} at line ${line}, column ${col}`)
  }
  if (documents.length !== 1) return problem('expected one document')
  if (document!.contents === null) return problem('the text contains no document')
  return new Decoder().value(document!.contents)
}

const isNested = (value: Value) =>
  isObject(value)
    ? value.size > 0
    : value instanceof SetValue
      ? value.items.length > 0
      : isList(value) && value.length > 0

const scalarLines = (value: Value, indent: string): string => {
  if (typeof value !== 'string' || !value.includes('\n')) return jsonPlain(value)
  const end = /\n+$/.exec(value)?.[0].length ?? 0
  const chomp = end === 0 ? '-' : end === 1 ? '' : '+'
  const lines = value.replace(/\n$/, '').split('\n')
  return `|${/^\s/.test(value) ? '2' : ''}${chomp}${lines.map((line) => (line === '' ? '\n' : `\n${indent}${line}`)).join('')}`
}

/** JSON without Go's escapes for HTML. */
const jsonPlain = (value: Value): string =>
  jsonText(value).replace(/\\u00(3c|3e|26)/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16))
  )

const lines = (value: Value, indent: string): string[] => {
  if (isObject(value)) {
    return sortedEntries(value).map(([key, item]) => `${jsonPlain(key)}:${member(item, indent)}`)
  }
  const items = value instanceof SetValue ? value.items : (value as readonly Value[])
  return items.map((item) => {
    if (!isNested(item)) return `- ${scalarLines(item, `${indent}  `)}`
    return `- ${lines(item, `${indent}  `).join(`\n${indent}  `)}`
  })
}

const member = (item: Value, indent: string): string => {
  if (!isNested(item)) return ` ${scalarLines(item, `${indent}  `)}`
  const inner = isObject(item) ? `${indent}  ` : indent
  return `\n${inner}${lines(item, inner).join(`\n${inner}`)}`
}

/** A value as YAML in Terraform's form. */
export const yamlEncoded = (value: Value): string =>
  `${isNested(value) ? lines(value, '').join('\n') : scalarLines(value, '  ')}\n`
