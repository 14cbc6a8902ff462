const MAX_CHARS = 64

/** A visitor's text, quoted, escaped and cut, for a sentence in a note or an error. */
export const excerpt = (text: string): string =>
  JSON.stringify(text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text)
