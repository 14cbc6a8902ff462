/** Reads the lines of one format into entries. */
export interface FeedReader {
  /** True if a comment may follow an entry; otherwise only a whole line is a comment. */
  readonly commentsBehind: boolean
  /**
   * Reads a line without comment and outer white space.
   *
   * @returns the expectation, if the line does not have the format
   */
  read(bytes: Uint8Array, from: number, to: number): string | undefined
  /** The day of the data, if the entries show it; otherwise ''. */
  readonly date?: string
}
