import type { Value } from './types.ts'

/** One comparison (or bare Bool) that made an expression true. */
export interface MatchedPart {
  /** Field with its index as written, e.g. `http.request.headers["accept"][0]`; alias resolved. */
  field: string
  /** The field's value; `undefined` if it was missing (`not … eq`). */
  value: Value | undefined
  /** Source text of the part, e.g. `http.user_agent contains "curl"`, with a leading `not ` if it was false. */
  expression: string
  /** Offset and length of the part in the source, UTF-16 units. */
  start: number
  length: number
}

/** One sub-expression of an evaluation. */
export interface TracedPart {
  expression: string
  start: number
  length: number
  /** `undefined` is a missing value. */
  result: Value | undefined
  fields: { field: string; value: Value | undefined }[]
}
