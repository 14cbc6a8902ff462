import type { ParsedNode, Node as YamlNode } from 'yaml'
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Value } from '../terraform/values.ts'
import { fromJson } from '../terraform/values.ts'
import type { View } from '../terraform/view.ts'

/** A document that does not parse. */
export class DocumentProblem extends Error {
  override readonly name = 'DocumentProblem'

  constructor(
    message: string,
    readonly line: number
  ) {
    super(message)
  }
}

type Found = YamlNode | null

/** A value of a parsed document with its place. */
export interface Parsed {
  readonly view: View
  readonly kind: 'object' | 'list' | 'other'
  readonly items: readonly Parsed[]
  value(): Value
}

const MAX_ALIASES = 100

class Reader {
  constructor(
    readonly file: string,
    readonly lines: LineCounter
  ) {}

  place(node: Found): string {
    const offset = node?.range?.[0]
    return offset === undefined ? this.file : `${this.file}:${this.lines.linePos(offset).line}`
  }

  value(node: Found): Value {
    return node === null ? null : fromJson(node.toJSON())
  }

  parsed(node: Found): Parsed {
    const isList = isSeq(node)
    return {
      view: this.view(node),
      kind: isMap(node) ? 'object' : isList ? 'list' : 'other',
      items: isList ? node.items.map((item) => this.parsed(item as Found)) : [],
      value: () => this.value(node),
    }
  }

  member(node: Found, name: string): Found {
    return isMap(node) ? ((node.get(name, true) as Found | undefined) ?? null) : null
  }

  view(node: Found): View {
    return {
      place: this.place(node),
      value: (name) => this.value(this.member(node, name)) ?? undefined,
      children: (name) => {
        const found = this.member(node, name)
        if (isSeq(found)) return found.items.map((item) => this.view(item as Found))
        return isMap(found) ? [this.view(found)] : []
      },
      names: () =>
        isMap(node)
          ? node.items.flatMap(({ key, value }) =>
              isScalar(key) && this.value((value ?? null) as Found) !== null
                ? [String(key.value)]
                : []
            )
          : [],
    }
  }

  child(node: Found, name: string): Parsed | undefined {
    const found = this.member(node, name)
    return found === null ? undefined : this.parsed(found)
  }
}

export interface ParsedDocument extends Parsed {
  /** A member of the document's object. */
  child(name: string): Parsed | undefined
}

/**
 * Parses JSON or YAML, keeping the line of each value.
 *
 * @throws DocumentProblem
 */
export const parseWithPlaces = (file: string, text: string): ParsedDocument => {
  const lines = new LineCounter()
  try {
    const document = parseDocument<ParsedNode>(text, { lineCounter: lines, uniqueKeys: false })
    const [error] = document.errors
    if (error !== undefined) {
      const message = error.message.split(' at line ', 1)[0]!.split('\n', 1)[0]!
      throw new DocumentProblem(message, error.linePos?.[0].line ?? 1)
    }
    // Refuses documents that aliases blow up.
    document.toJS({ maxAliasCount: MAX_ALIASES })
    const reader = new Reader(file, lines)
    const contents = document.contents as Found
    return { ...reader.parsed(contents), child: (name) => reader.child(contents, name) }
  } catch (error) {
    if (error instanceof RangeError)
      throw new DocumentProblem('the document is nested too deeply', 1)
    if (error instanceof ReferenceError) throw new DocumentProblem(error.message, 1)
    throw error
  }
}
