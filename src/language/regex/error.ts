import { EdgeError } from '../../error.ts'
import { toText } from '../bytes.ts'

/** A half-open byte span of the pattern. */
interface Span {
  start: number
  end: number
}

/** The error for a pattern that Rust's `regex` would refuse, pointing at `span` of the pattern. */
export const regexError = (pattern: string, span: Span, message: string, help?: string) => {
  const start = Math.min(span.start, pattern.length)
  return new EdgeError('invalid_regex', `invalid regex: ${message}`, {
    diagnostics: [
      {
        code: 'invalid_regex',
        severity: 'error',
        message,
        line: 1,
        column: start + 1,
        length: Math.max(1, Math.min(span.end, pattern.length) - start),
        sourceLine: toText(pattern),
        ...(help === undefined ? {} : { help }),
      },
    ],
  })
}
