const UPPER = /[A-Z]+/g

/** ASCII letters only: others are bytes of UTF-8 sequences. */
export const foldCase = (bytes: string): string =>
  bytes.replace(UPPER, (letters) => letters.toLowerCase())
