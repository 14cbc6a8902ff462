/** Reads the lines of one format into entries. */
export interface FeedReader {
  /** A comment may follow behind an entry; else only a whole line is one. */
  readonly commentsBehind: boolean
  /**
   * Reads a line without comment and outer white space.
   *
   * @returns what was expected, where it is not what the format has
   */
  read(bytes: Uint8Array, from: number, to: number): string | undefined
  /** Day of the data where the entries tell it; '' where they don't. */
  readonly date?: string
}
