import type { Diagnostic } from '../error.ts'
import type { Place, Span } from './node.ts'

/**
 * The maximum number of errors, and of warnings. A document with more is not worth a complete report.
 */
export const MAX_PROBLEMS = 1000

/** Collects every independent problem of all documents, so that one run reports them all. */
export class Findings {
  readonly #diagnostics: Diagnostic[] = []
  readonly #seen = new Set<string>()
  readonly #count = { error: 0, warning: 0 }

  get hasErrors(): boolean {
    return this.#count.error > 0
  }

  /** Errors so far. */
  get errors(): number {
    return this.#count.error
  }

  /** True if errors were left out. */
  get isFull(): boolean {
    return this.#count.error >= MAX_PROBLEMS
  }

  /** All findings: by file in the order given, then by place. Those without a file keep the order of discovery. */
  inSourceOrder(files: readonly string[]): Diagnostic[] {
    const rank = new Map(files.map((file, i) => [file, i]))
    const rankOf = ({ file }: Diagnostic) => (file === undefined ? -1 : (rank.get(file) ?? -1))
    return this.#diagnostics.toSorted((x, y) =>
      x.file === undefined || y.file === undefined
        ? rankOf(x) - rankOf(y)
        : rankOf(x) - rankOf(y) || x.line - y.line || x.column - y.column
    )
  }

  error(place: Place, code: string, message: string, help?: string) {
    this.report('error', place, () => place.span(), code, message, help)
  }

  warn(place: Place, code: string, message: string, help?: string) {
    this.report('warning', place, () => place.span(), code, message, help)
  }

  /** Reports at a given span, e.g. inside a text. */
  report(
    severity: Diagnostic['severity'],
    place: Pick<Place, 'path'>,
    locate: () => Span,
    code: string,
    message: string,
    help?: string
  ) {
    if (this.#count[severity] >= MAX_PROBLEMS) return
    const span = locate()
    const text = place.path === undefined ? message : `${place.path}: ${message}`
    // An aliased YAML node is read once for each alias, but it is one problem.
    const identity = [span.file, span.line, span.column, code, text].join('\0')
    if (this.#seen.has(identity)) return
    this.#seen.add(identity)
    this.#count[severity]++
    this.#diagnostics.push({
      code,
      severity,
      message: text,
      ...span,
      ...(help === undefined ? {} : { help }),
    })
  }
}
