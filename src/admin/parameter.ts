import type { Place } from './answer.ts'

/** A parameter of a request that is not what it has to be. */
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

/** A value as a message shows it: cut, in quotes. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS - 1)}…` : text)
