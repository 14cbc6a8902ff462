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

class JsonReader {
  constructor(readonly source: SourceText) {}

  fail(message: string, node?: YamlNode | null): never {
    throw new SyntaxProblem(message, this.at(node))
  }

  at(node?: YamlNode | null) {
    return { source: this.source, offset: node?.range?.[0] ?? 0 }
  }

  entries(node: YamlNode | null): [string, YamlNode | null, YamlNode | null][] {
    if (!isMap(node)) return this.fail('expected an object', node)
    return node.items.flatMap(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : ''
      return name === COMMENT
        ? []
        : [[name, (value ?? null) as YamlNode | null, key as YamlNode | null] as const]
    }) as [string, YamlNode | null, YamlNode | null][]
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
    if (!/[$%]\{/.test(text)) return { kind: 'literal', value: text, at: this.at(node) }
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

  /** The inside of a block: all of it attributes, but for `dynamic`. */
  body(node: YamlNode | null): Body {
    const attributes = new Map<string, Attribute>()
    const blocks: Block[] = []
    for (const [name, value, key] of this.entries(node)) {
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
  const reader = new JsonReader(source)
  return new Map(reader.entries(contents).map(([name, value]) => [name, reader.expression(value)]))
}
