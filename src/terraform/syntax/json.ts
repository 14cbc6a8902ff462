import type { Node as YamlNode } from 'yaml'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { parseExpression, parseTemplate } from './parse.ts'
import { SourceText, SyntaxProblem } from './text.ts'
import type { Attribute, Block, Body, Expression } from './tree.ts'

/** Keys of blocks at the top, and how many labels each has. */
const LABELS: Readonly<Record<string, number>> = {
  data: 2,
  ephemeral: 2,
  locals: 0,
  module: 1,
  output: 1,
  provider: 1,
  resource: 2,
  terraform: 0,
  variable: 1,
}

const COMMENT = '//'

/** A member of an object: name, value, and the node of the name. */
type Member = [string, YamlNode | null, YamlNode | null]

class JsonReader {
  constructor(
    readonly source: SourceText,
    /** Texts of files of values stand for themselves. */
    readonly areTemplates = true
  ) {}

  fail(message: string, node?: YamlNode | null): never {
    throw new SyntaxProblem(message, this.at(node))
  }

  at(node?: YamlNode | null) {
    return { source: this.source, offset: node?.range?.[0] ?? 0 }
  }

  entries(node: YamlNode | null): Member[] {
    if (!isMap(node)) return this.fail('expected an object', node)
    return node.items.flatMap(({ key, value }): Member[] => {
      const name = isScalar(key) ? String(key.value) : ''
      if (name === COMMENT) return []
      return [[name, (value ?? null) as YamlNode | null, key as YamlNode | null]]
    })
  }

  /** Text is a template; everything else is itself. */
  expression(node: YamlNode | null): Expression {
    const at = this.at(node)
    if (isSeq(node)) {
      return {
        kind: 'tuple',
        items: node.items.map((item) => this.expression(item as YamlNode | null)),
        at,
      }
    }
    if (isMap(node)) {
      const entries = this.entries(node).map(([name, value]) => ({
        key: this.template(name, value),
        value: this.expression(value),
      }))
      return { kind: 'object', entries, at }
    }
    const value = isScalar(node) ? node.value : null
    if (typeof value === 'string') return this.template(value, node)
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
      return { kind: 'literal', value, at }
    }
    return this.fail('expected a value of JSON', node)
  }

  template(text: string, node: YamlNode | null): Expression {
    if (!this.areTemplates || !/[$%]\{/.test(text))
      return { kind: 'literal', value: text, at: this.at(node) }
    return this.#inner(node, () => parseTemplate(new SourceText(this.source.file, text)))
  }

  /** Positions within a text of JSON are those of the text itself. */
  #inner(node: YamlNode | null, parse: () => Expression): Expression {
    try {
      return { ...parse(), at: this.at(node) }
    } catch (error) {
      if (error instanceof SyntaxProblem) return this.fail(error.message, node)
      throw error
    }
  }

  #attribute(name: string, value: YamlNode | null, key: YamlNode | null): [string, Attribute] {
    return [name, { name, expression: this.expression(value), at: this.at(key) }]
  }

  /** Types of the blocks that `dynamic` makes. */
  #dynamicTypes(entries: readonly Member[]): ReadonlySet<string> {
    const dynamic = entries.filter(([name]) => name === 'dynamic')
    const labelled = dynamic.flatMap(([, value]) => this.list(value))
    return new Set(labelled.flatMap((one) => this.entries(one).map(([label]) => label)))
  }

  /** The inside of a block: all of it attributes, but for `dynamic` and blocks of the types that it makes. */
  body(node: YamlNode | null): Body {
    const attributes = new Map<string, Attribute>()
    const blocks: Block[] = []
    const entries = this.entries(node)
    const dynamicTypes = this.#dynamicTypes(entries)
    for (const [name, value, key] of entries) {
      if (dynamicTypes.has(name)) {
        for (const one of this.list(value)) {
          blocks.push({ type: name, labels: [], body: this.body(one), at: this.at(one) })
        }
        continue
      }
      if (name !== 'dynamic') {
        attributes.set(...this.#attribute(name, value, key))
        continue
      }
      for (const outer of this.list(value)) {
        for (const [label, inner, place] of this.entries(outer)) {
          for (const one of this.list(inner)) {
            blocks.push({
              type: name,
              labels: [label],
              body: this.#dynamic(one),
              at: this.at(place),
            })
          }
        }
      }
    }
    return { attributes, blocks }
  }

  #dynamic(node: YamlNode | null): Body {
    const { attributes } = this.body(node)
    const found = this.entries(node).find(([name]) => name === 'content')
    const [content] = found === undefined ? [] : this.list(found[1])
    return {
      attributes,
      blocks:
        content === undefined
          ? []
          : [{ type: 'content', labels: [], body: this.body(content), at: this.at(content) }],
    }
  }

  list(node: YamlNode | null): (YamlNode | null)[] {
    return isSeq(node) ? (node.items as (YamlNode | null)[]) : [node]
  }

  blocks(
    type: string,
    left: number,
    labels: readonly string[],
    node: YamlNode | null,
    key: YamlNode | null
  ): Block[] {
    if (left === 0) {
      return this.list(node).map((one) => ({
        type,
        labels,
        body: type === 'variable' ? this.#variable(one) : this.body(one),
        at: this.at(key),
      }))
    }
    return this.list(node).flatMap((one) =>
      this.entries(one).flatMap(([label, inner, place]) =>
        this.blocks(type, left - 1, [...labels, label], inner, place)
      )
    )
  }

  /** The `type` of a variable is an expression in a text. */
  #variable(node: YamlNode | null): Body {
    const { attributes, blocks } = this.body(node)
    const type = this.entries(node).find(([name]) => name === 'type')
    if (type === undefined || !isScalar(type[1]) || typeof type[1].value !== 'string') {
      return { attributes, blocks }
    }
    const text = type[1].value
    const expression = this.#inner(type[1], () =>
      parseExpression(new SourceText(this.source.file, text))
    )
    const typed = new Map(attributes)
    typed.set('type', { name: 'type', expression, at: this.at(type[1]) })
    return { attributes: typed, blocks }
  }
}

const contentsOf = (source: SourceText): YamlNode | null => {
  const document = parseDocument(source.text, { schema: 'json', uniqueKeys: false })
  const [error] = document.errors
  if (error !== undefined) {
    throw new SyntaxProblem(error.message.split('\n', 1)[0]!, { source, offset: error.pos[0] })
  }
  return document.contents as YamlNode | null
}

/**
 * Reads a file of HCL's JSON syntax (`.tf.json`).
 *
 * Source: https://developer.hashicorp.com/terraform/language/syntax/json
 *
 * @throws SyntaxProblem
 */
export const parseJsonBody = (source: SourceText): Body => {
  const contents = contentsOf(source)
  const reader = new JsonReader(source)
  const blocks = reader
    .list(contents)
    .flatMap((top) => reader.entries(top))
    .flatMap(([type, value, key]) =>
      Object.hasOwn(LABELS, type) ? reader.blocks(type, LABELS[type]!, [], value, key) : []
    )
  return { attributes: new Map(), blocks }
}

/** Reads a file of values (`terraform.tfvars.json`). */
export const parseJsonValues = (source: SourceText): ReadonlyMap<string, Expression> => {
  const contents = contentsOf(source)
  const reader = new JsonReader(source, false)
  return new Map(reader.entries(contents).map(([name, value]) => [name, reader.expression(value)]))
}
