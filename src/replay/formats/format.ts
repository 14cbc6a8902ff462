import type { Holdings } from '../holdings.ts'
import type { LogRecord } from '../record.ts'

/** The result for a comment or a blank line. */
export const COMMENT = Symbol('a comment')
/** The result for a line about a connection without a request. */
export const NO_REQUEST = Symbol('no request')

/** The result of reading a line: `undefined` for a request, a text that says why the line cannot be read, or a symbol. */
export type LineResult = undefined | typeof COMMENT | typeof NO_REQUEST | string

/** Reads the lines of one log. */
export interface LogReader {
  /** The name of the log's format. */
  readonly format: string
  readonly holds: Holdings
  /**
   * Reads one line into a cleared record. Never throws.
   *
   * @param line a binary string without its line break
   */
  read(line: string, record: LogRecord): LineResult
  /** A fact about logs of this format that the reader of the report needs, as one clause. */
  readonly note?: string
}

/** One format of access logs. */
export interface LogFormat {
  readonly name: string
  /** The description of the format for people: the program that writes it, or its usual name. */
  readonly title: string
  /** Returns true if a log with these first lines has this format. */
  fits(lines: readonly string[]): boolean
  /** Returns a reader for a log. If the format has optional data, the first lines show which data the log has. */
  open(lines: readonly string[]): LogReader
  /** Returns the entries of a log that is one document, as lines for `read`. Throws if the document is broken. */
  entries?(document: string): readonly string[]
}
