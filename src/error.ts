import type { ErrorCode } from './error-codes.ts'

export type { ErrorCode } from './error-codes.ts'

/** One problem at one place of a document or an expression. Lines and columns are 1-based. */
export interface Diagnostic {
  /** Stable, snake_case, e.g. `unknown_field`. */
  code: string
  severity: 'error' | 'warning'
  /** Lower case, names the offending text and what was expected. One line. */
  message: string
  /** The file as the user named it; absent for an expression that came from no file. */
  file?: string
  line: number
  /** In an expression: bytes (as Cloudflare's engine counts); in a document: characters. */
  column: number
  /** How much to underline, at least 1, never past the end of the line. */
  length: number
  /** The whole source line, for the caret picture. */
  sourceLine: string
  /** The fix, where one is known: "did you mean `ip.src.country`?" */
  help?: string
}

/**
 * The one error class. `code` is stable and made for programs (docs/errors.md lists all); `message` is made for people.
 * `diagnostics` holds every independent problem found, in source order.
 */
export class EdgeError extends Error {
  override readonly name = 'EdgeError'
  readonly code: ErrorCode
  readonly diagnostics: readonly Diagnostic[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { diagnostics?: readonly Diagnostic[]; cause?: unknown } = {}
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.diagnostics = options.diagnostics ?? []
  }
}

/**
 * The text of anything that was thrown. Some errors of Node have a code and no message, such as the one for a name whose
 * addresses all refused the connection.
 */
export const messageOf = (error: unknown): string => {
  if (error instanceof Error) {
    return error.message || ('code' in error ? String(error.code) : error.name)
  }
  try {
    return String(error)
  } catch {
    return 'a thrown object without a message'
  }
}
