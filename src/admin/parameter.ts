import type { Place } from './answer.ts'

/** An error about an invalid parameter of a request. */
export class BadParameter extends Error {
  constructor(
    message: string,
    readonly place: Place,
    /** Stable, for programs. */
    readonly code = 'bad_parameter'
  ) {
    super(message)
  }
}

const MAX_SHOWN_CHARS = 64

/** Quotes a value for a message, and cuts a long one. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS - 1)}…` : text)
