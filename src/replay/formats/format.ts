import type { Holdings } from '../holdings.ts'
import type { LogRecord } from '../record.ts'

/** What a line that is no request is: a comment or blank, or the log's word for a connection without a request. */
export const COMMENT = Symbol('a comment')
export const NO_REQUEST = Symbol('no request')

/** `undefined`: the line is read. Text: why it cannot be. */
export type LineResult = undefined | typeof COMMENT | typeof NO_REQUEST | string

/** Reads the lines of one log. */
export interface LogReader {
  /** Name of its format. */
  readonly format: string
  readonly holds: Holdings
  /**
   * Reads one line into a cleared record. Never throws.
   *
   * @param line without its line break, a binary string
   */
  read(line: string, record: LogRecord): LineResult
  /** What has to be known of its logs to read the report right, one sentence. */
  readonly note?: string
}

/** One format of access logs. */
export interface LogFormat {
  readonly name: string
  /** Who writes it, for people. */
  readonly title: string
  /** True where a log with these first lines is surely of this format. */
  fits(lines: readonly string[]): boolean
  /** A reader for the log that begins with these lines: where a format leaves it open, they tell what the log holds. */
  open(lines: readonly string[]): LogReader
  /** Of a log that is one document: its entries, as lines for `read`. Throws where it is broken. */
  entries?(document: string): readonly string[]
}
