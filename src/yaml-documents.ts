import type { Document, DocumentOptions, ParsedNode, ParseOptions, SchemaOptions } from 'yaml'
import { Composer, LineCounter, Parser } from 'yaml'

type Options = ParseOptions & DocumentOptions & SchemaOptions
type Token = Parameters<Composer['next']>[0]
type OnError = (source: unknown, code: string, message: string, isWarning?: boolean) => void

/** More than a person reads. Text such as `[][][]` has an error for each bracket, and each takes time. */
const MAX_ERRORS = 1_000

class TooManyErrors extends Error {
  override readonly name = 'TooManyErrors'
}

/** What is wrong with a text. */
export type YamlError = Document.Parsed['errors'][number]

export interface YamlDocuments {
  readonly documents: readonly Document.Parsed<ParsedNode>[]
  /** Errors of a text with so many that no document was read. */
  readonly errors: readonly YamlError[]
}

/** The tokens up to the last error that matters. */
function* bounded(tokens: Iterable<Token>): Generator<Token> {
  let errors = 0
  for (const token of tokens) {
    yield token
    if (token.type === 'error' && ++errors >= MAX_ERRORS) return
  }
}

/**
 * The documents of a stream of YAML. The time is bounded by the length of the text, whatever its errors: the library's own functions
 * describe each of them, with the text around it.
 */
export const yamlDocuments = (
  tokens: Iterable<Token>,
  length: number,
  options: Options
): YamlDocuments => {
  const composer = new Composer({ ...options, prettyErrors: false, logLevel: 'silent' })
  // Private in the types, and the only place that sees each error as it comes.
  const inner = composer as unknown as { onError: OnError }
  const { onError } = inner
  let errors = 0
  inner.onError = (source, code, message, isWarning) => {
    onError(source, code, message, isWarning)
    if (isWarning !== true && ++errors >= MAX_ERRORS) throw new TooManyErrors()
  }
  try {
    const documents = [...composer.compose(bounded(tokens), true, length)]
    return { documents: documents as Document.Parsed<ParsedNode>[], errors: [] }
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error
    return { documents: [], errors: composer.streamInfo().errors }
  }
}

/** The documents of a text, and the lines of its characters. */
export const parseYamlDocuments = (
  text: string,
  options: Options
): YamlDocuments & { readonly lines: LineCounter } => {
  const lines = new LineCounter()
  return { ...yamlDocuments(new Parser(lines.addNewLine).parse(text), text.length, options), lines }
}
