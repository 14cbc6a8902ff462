import { formatNamed } from './all.ts'
import type { LogReader } from './format.ts'

/** True for a pattern in the syntax of nginx (`$remote_addr`) or Apache (`%h`). */
export const isPattern = (format: string): boolean => /[$%]/.test(format)

/** @param format a name of `LOG_FORMATS`, or a pattern */
export const openReader = (format: string, lines: readonly string[]): LogReader =>
  formatNamed(format).open(lines)
