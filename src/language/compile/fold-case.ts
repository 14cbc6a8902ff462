const UPPER = /[A-Z]+/g

/** Folds ASCII letters only: the other units are bytes of UTF-8 sequences. */
export const foldCase = (bytes: string): string =>
  bytes.replace(UPPER, (letters) => letters.toLowerCase())
