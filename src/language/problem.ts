/** A mistake in an expression with its offsets. Internal: the parser turns it into a Diagnostic at the end. */
export class Problem extends Error {
  override readonly name = 'Problem'
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
}
