import { formatNamed } from './all.ts'
import type { LogReader } from './format.ts'
import { patternReader } from './pattern.ts'

/** True for a pattern in the syntax of nginx (`$remote_addr`) or Apache (`%h`). */
export const isPattern = (format: string): boolean => /[$%]/.test(format)

/**
 * @param format a name of `LOG_FORMATS`, or a pattern
 * @throws EdgeError `log_format`
 */
export const openReader = (format: string, lines: readonly string[]): LogReader =>
  isPattern(format) ? patternReader(format) : formatNamed(format).open(lines)
