import type { Type } from './types.ts'

/** The last left side read before a mistake. */
export interface Comparison {
  readonly start: number
  readonly end: number
  /** With `[*]`, the type of one element. */
  readonly type: Type
}

/** A mistake in an expression with its offsets. Internal: the parser turns it into a Diagnostic at the end. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** The comparison with the mistake, as far as the parser read it. */
  comparison: Comparison | undefined
  constructor(
    readonly code: string,
    message: string,
    /** Offset in the source, UTF-16 units. */
    readonly start: number,
    /** One past the end; `start` for a place between two characters. */
    readonly end: number,
    readonly help?: string
  ) {
    super(message)
  }

  /** Returns the same mistake with better help, and a better place if one is given. */
  with(help: string, { start, end }: Pick<Problem, 'start' | 'end'> = this): Problem {
    return new Problem(this.code, this.message, start, end, help)
  }
}
