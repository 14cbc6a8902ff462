import { formatNamed } from './all.ts'
import type { LogReader } from './format.ts'
import { patternReader } from './pattern.ts'

/** Returns true for a pattern in the syntax of nginx (`$remote_addr`) or Apache (`%h`). */
export const isPattern = (format: string): boolean => /[$%]/.test(format)

/**
 * Returns a reader for a log.
 *
 * @param format the name of a format in `LOG_FORMATS`, or a pattern
 * @param lines the first lines of the log
 * @throws EdgeError `log_format` if the format is unknown or the pattern cannot be read
 */
export const openReader = (format: string, lines: readonly string[]): LogReader =>
  isPattern(format) ? patternReader(format) : formatNamed(format).open(lines)
