const MAX_CHARS = 64

/** Something a visitor sent, quoted, escaped and cut short, for a sentence in a note or an error. */
export const excerpt = (text: string): string =>
  JSON.stringify(text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text)
