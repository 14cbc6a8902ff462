/** Zero-width assertions. Names that end in `Unicode` come from `(?u)`; the others look at bytes. */
export const LOOKS = [
  'start',
  'end',
  'startLine',
  'endLine',
  'startCrlf',
  'endCrlf',
  'word',
  'notWord',
  'wordStart',
  'wordEnd',
  'wordStartHalf',
  'wordEndHalf',
  'wordUnicode',
  'notWordUnicode',
  'wordStartUnicode',
  'wordEndUnicode',
  'wordStartHalfUnicode',
  'wordEndHalfUnicode',
] as const
export type Look = (typeof LOOKS)[number]
