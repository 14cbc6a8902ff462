/** A change of an expression that mends one mistake. Offsets in the source, UTF-16 units. */
export interface Fix {
  readonly start: number
  readonly end: number
  /** What stands there then. */
  readonly text: string
  /** Why, in a few words. */
  readonly reason: string
  /** True where `text` by itself does not show what changes: the hint then shows what is around it, too. */
  readonly isPart?: boolean
  /** True for a change of the whole expression. */
  readonly isWhole?: boolean
  /** Where the operator and the value of the comparison begin that it mends. */
  readonly parts?: { readonly operator: number; readonly value: number; readonly isGroup: boolean }
}
