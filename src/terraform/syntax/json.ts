import type { JsonNode } from './json-text.ts'
import { parseJson } from './json-text.ts'
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
type Member = [name: string, value: JsonNode, key: Placed]
type Placed = Pick<JsonNode, 'offset'>

class JsonReader {
  constructor(
    readonly source: SourceText,
    /** Texts in files with values are literals. */
    readonly areTemplates = true
  ) {}

  fail(message: string, node: Placed): never {
    throw new SyntaxProblem(message, this.at(node))
  }

  at({ offset }: Placed) {
    return { source: this.source, offset }
  }

  entries(node: JsonNode): Member[] {
    if (node.kind !== 'object') return this.fail('expected an object', node)
    return node.members.flatMap((member): Member[] =>
      member.name === COMMENT ? [] : [[member.name, member.value, member]]
    )
  }

  /** A text is a template. All other values are literals. */
  expression(node: JsonNode): Expression {
    const at = this.at(node)
    if (node.kind === 'list') {
      return { kind: 'tuple', items: node.items.map((item) => this.expression(item)), at }
    }
    if (node.kind === 'object') {
      const entries = this.entries(node).map(([name, value]) => ({
        key: this.template(name, value),
        value: this.expression(value),
      }))
      return { kind: 'object', entries, at }
    }
    const { value } = node
    return typeof value === 'string' ? this.template(value, node) : { kind: 'literal', value, at }
  }

  template(text: string, node: JsonNode): Expression {
    if (!this.areTemplates || !/[$%]\{/.test(text))
      return { kind: 'literal', value: text, at: this.at(node) }
    return this.#inner(node, () => parseTemplate(new SourceText(this.source.file, text)))
  }

  /** Positions inside a JSON text refer to that text. */
  #inner(node: JsonNode, parse: () => Expression): Expression {
    try {
      return { ...parse(), at: this.at(node) }
    } catch (error) {
      if (error instanceof SyntaxProblem) return this.fail(error.message, node)
      throw error
    }
  }

  #attribute(name: string, value: JsonNode, key: Placed): [string, Attribute] {
    return [name, { name, expression: this.expression(value), at: this.at(key) }]
  }

  /** Types of the blocks that `dynamic` creates. */
  #dynamicTypes(entries: readonly Member[]): ReadonlySet<string> {
    const dynamic = entries.filter(([name]) => name === 'dynamic')
    const labelled = dynamic.flatMap(([, value]) => this.list(value))
    return new Set(labelled.flatMap((one) => this.entries(one).map(([label]) => label)))
  }

  /** The body of a block: only attributes, except `dynamic` and blocks of the types that it creates. */
  body(node: JsonNode): Body {
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

  #dynamic(node: JsonNode): Body {
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

  list(node: JsonNode): readonly JsonNode[] {
    return node.kind === 'list' ? node.items : [node]
  }

  blocks(
    type: string,
    left: number,
    labels: readonly string[],
    node: JsonNode,
    key: Placed
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

  /** The `type` of a variable is a text with an expression. */
  #variable(node: JsonNode): Body {
    const { attributes, blocks } = this.body(node)
    const type = this.entries(node).find(([name]) => name === 'type')
    if (type?.[1].kind !== 'scalar' || typeof type[1].value !== 'string') {
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

/**
 * Reads a file of HCL's JSON syntax (`.tf.json`).
 *
 * Source: https://developer.hashicorp.com/terraform/language/syntax/json
 *
 * @throws SyntaxProblem
 */
export const parseJsonBody = (source: SourceText): Body => {
  const contents = parseJson(source)
  const reader = new JsonReader(source)
  const blocks = reader
    .list(contents)
    .flatMap((top) => reader.entries(top))
    .flatMap(([type, value, key]) =>
      Object.hasOwn(LABELS, type) ? reader.blocks(type, LABELS[type]!, [], value, key) : []
    )
  return { attributes: new Map(), blocks }
}

/** Reads a file with values (`terraform.tfvars.json`). */
export const parseJsonValues = (source: SourceText): ReadonlyMap<string, Expression> => {
  const contents = parseJson(source)
  const reader = new JsonReader(source, false)
  return new Map(reader.entries(contents).map(([name, value]) => [name, reader.expression(value)]))
}
