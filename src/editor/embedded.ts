import { hclExpressions } from './hcl.ts'
import { jsonExpressions } from './json.ts'
import { yamlExpressions } from './yaml.ts'

export type Syntax = 'yaml' | 'json' | 'hcl'

/** How a document writes an expression. */
export type Writing = 'plain' | 'single' | 'double' | 'block' | 'json' | 'quoted' | 'heredoc'

/** An expression of the Rules language inside a document. */
export interface Embedded {
  readonly key: string
  readonly writing: Writing
  /** The expression, without the escapes and the indentation of the document. */
  readonly source: string
  /** Where each UTF-16 unit of `source` is written; one more for the end. */
  readonly offsets: readonly number[]
  /** What the lines of the expression are indented by, where it can have several. */
  readonly indent: string
  /** True where parts of the text are known only when Terraform runs. */
  readonly isTemplate: boolean
}

const KEY = /^(?:counting_)?expression$/
export const isExpressionKey = (name: string): boolean => KEY.test(name)

const FINDERS: Readonly<Record<Syntax, (text: string) => Embedded[]>> = {
  yaml: yamlExpressions,
  json: jsonExpressions,
  hcl: hclExpressions,
}

/** The syntax of a document, by its name and by what the editor calls it. */
export const syntaxOf = (uri: string, languageId: string): Syntax => {
  if (/\.json[c5]?$/i.test(uri) || /^json/.test(languageId)) return 'json'
  if (/\.(?:tf|tofu|hcl|tfvars)$/i.test(uri) || /^(?:terraform|opentofu|hcl)/.test(languageId)) {
    return 'hcl'
  }
  return 'yaml'
}

/** Finds the expressions of a document, however broken the rest of it is. */
export const embeddedIn = (text: string, syntax: Syntax): Embedded[] => FINDERS[syntax](text)

/** Offset in the document of a unit of the expression. */
export const offsetOf = ({ offsets }: Embedded, unit: number): number =>
  offsets[Math.max(0, Math.min(unit, offsets.length - 1))] ?? 0

/** The unit of the expression at an offset of the document. `undefined` outside the expression. */
export const unitAt = ({ offsets }: Embedded, offset: number): number | undefined => {
  const first = offsets[0]
  const last = offsets.at(-1)
  if (first === undefined || last === undefined || offset < first || offset > last) return undefined
  let low = 0
  let high = offsets.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (offsets[middle]! < offset) low = middle + 1
    else high = middle
  }
  return low
}

const json = (text: string) => JSON.stringify(text).slice(1, -1)
const hcl = (text: string) => text.replace(/([$%])\{/g, '$1$1{')

/** A text as it is written in place of a part of the expression. */
export const written = ({ writing, indent }: Embedded, text: string, lineEnd: string): string => {
  switch (writing) {
    case 'json':
    case 'double':
      return json(text)
    case 'single':
      return text.replaceAll("'", "''")
    case 'quoted':
      return hcl(json(text))
    case 'heredoc':
      return hcl(text).replaceAll('\n', lineEnd + indent)
    case 'block':
      return text.replaceAll('\n', lineEnd + indent)
    default:
      return text
  }
}

/** True where an expression may take several lines. */
export const mayBreak = ({ writing }: Embedded): boolean =>
  writing === 'heredoc' || writing === 'block'
