import type { ErrorCode } from './error-codes.ts'

export type { ErrorCode } from './error-codes.ts'

/** One problem at one place of a document or an expression. Lines and columns are 1-based. */
export interface Diagnostic {
  /** Stable, snake_case, e.g. `unknown_field`. */
  code: string
  severity: 'error' | 'warning'
  /** One line in lower case, with the wrong text and the expected one. */
  message: string
  /** The file as the user named it; absent for an expression without a file. */
  file?: string
  line: number
  /** In an expression: bytes (as Cloudflare's engine counts); in a document: characters. */
  column: number
  /** The length to underline: at least 1, and never past the end of the line. */
  length: number
  /** The whole source line, for the line with carets. */
  sourceLine: string
  /** The fix, if one is known: "did you mean `ip.src.country`?" */
  help?: string
}

/**
 * The class of all errors. `code` is stable and intended for programs (docs/errors.md lists all codes). `message` is intended for
 * people. `diagnostics` has every independent problem, in source order.
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

  /** The error that another thread threw, from the message of that thread. */
  static received(
    {
      code,
      message,
      diagnostics = [],
    }: Pick<EdgeError, 'code' | 'message'> & Partial<Pick<EdgeError, 'diagnostics'>>,
    cause?: unknown
  ): EdgeError {
    return new this(code, message, { diagnostics, cause })
  }
}

/**
 * The text of any thrown value. Some errors of Node have a code but no message, for example if all addresses of a name refuse
 * the connection.
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
