/** A change of an expression that corrects one mistake. Offsets in the source, in UTF-16 units. */
export interface Fix {
  readonly start: number
  readonly end: number
  /** The new text. */
  readonly text: string
  /** The reason, in a few words. */
  readonly reason: string
  /** True if `text` alone does not show the change: the hint then also shows the surrounding text. */
  readonly isPart?: boolean
  /** True for a change of the whole expression. */
  readonly isWhole?: boolean
  /** Where the operator and the value of the corrected comparison begin. */
  readonly parts?: { readonly operator: number; readonly value: number; readonly isGroup: boolean }
}
