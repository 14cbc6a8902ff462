import { unescapeLog } from '../escapes.ts'
import type { Holdings } from '../holdings.ts'
import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { readRequestLine } from '../request-line.ts'
import { CLF_CHARS, clfTimes } from '../times.ts'
import type { LineResult, LogReader } from './format.ts'
import { COMMENT } from './format.ts'

export interface ClfShape {
  /** True if the line begins with the requested host and a port. */
  readonly hasHost?: boolean
  /** True if Referer and User-Agent follow the size. */
  readonly isCombined?: boolean
  /** True if `X-Forwarded-For` follows the User-Agent. */
  readonly hasForwarded?: boolean
}

const BACKSLASH = 92
const ZERO = 48

/** Returns the index of the quote that ends a quoted text, or -1. Apache writes quotes within the text as `\"`. */
export const closingQuote = (line: string, from: number): number => {
  let at = line.indexOf('"', from)
  while (at > from && line.charCodeAt(at - 1) === BACKSLASH) {
    let slashes = 1
    while (at - slashes > from && line.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at
    at = line.indexOf('"', at + 1)
  }
  return at
}

/** Returns the three-digit status at an index, or 0 if there is none. */
const statusAt = (line: string, at: number): number => {
  const [a, b, c] = [line.charCodeAt(at), line.charCodeAt(at + 1), line.charCodeAt(at + 2)]
  const status = (a! - ZERO) * 100 + (b! - ZERO) * 10 + (c! - ZERO)
  return status >= 100 && status <= 999 ? status : 0
}

export const clfHoldings = ({ hasHost, isCombined, hasForwarded }: ClfShape): Holdings =>
  holds({
    parts: ['address', 'time', 'method', 'path', 'query', 'version', 'status'],
    headers: [
      ...(hasHost ? ['host'] : []),
      ...(isCombined ? ['referer', 'user-agent'] : []),
      ...(hasForwarded ? ['x-forwarded-for'] : []),
    ],
  })

/**
 * Returns a reader for the Common Log Format and its variants:
 * `[host:port] address identity user [time] "request" status size ["referer" "user agent" ["forwarded for"]] …`. The rest of the
 * line is ignored.
 *
 * Source: https://httpd.apache.org/docs/2.4/logs.html#accesslog,
 * https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 */
export const clfReader = (format: string, shape: ClfShape): LogReader => {
  const { hasHost = false, isCombined = false, hasForwarded = false } = shape
  const timeOf = clfTimes()
  /** True if the current line has escapes. */
  let isEscaped = false
  /** The index after the last quoted text of the current line. */
  let end = 0

  /** Returns the next quoted text from an index on, or `undefined` if there is none. */
  const readQuoted = (line: string, from: number): string | undefined => {
    const open = line.indexOf('"', from)
    if (open < 0) return undefined
    const close = isEscaped ? closingQuote(line, open + 1) : line.indexOf('"', open + 1)
    if (close < 0) return undefined
    end = close + 1
    const text = line.slice(open + 1, close)
    return isEscaped ? unescapeLog(text) : text
  }

  /** Returns the index of the time, or -1 if there is none. */
  const timeAt = (line: string, from: number): number => {
    const at = line.indexOf(' [', from) + 2
    if (at > 1 && line.startsWith('] "', at + CLF_CHARS)) return at
    // The user name before the time may contain any text.
    const close = line.indexOf('] "', from)
    return close < 0 ? -1 : line.lastIndexOf('[', close) + 1
  }

  const read = (line: string, record: LogRecord): LineResult => {
    if (line === '') return COMMENT
    let start = 0
    if (hasHost) {
      start = line.indexOf(' ') + 1
      if (start === 0) return 'expected a host and an address'
    }
    const space = line.indexOf(' ', start)
    if (space <= start) return 'expected an address at its start'
    const time = timeAt(line, space)
    if (time < space) return 'expected a time in brackets and a quoted request'
    const timeMs = timeOf(line, time)
    if (Number.isNaN(timeMs)) return 'expected a time such as 17/May/2015:10:05:03 +0000'
    isEscaped = line.includes('\\')
    const request = readQuoted(line, time + CLF_CHARS)
    if (request === undefined) return 'expected a quote at the end of the request'
    const status = statusAt(line, end + 1)
    if (status === 0) return 'expected a status behind the request'
    record.address = line.slice(start, space)
    record.timeMs = timeMs
    record.status = status
    if (hasHost) record.header('host', line.slice(0, start - 1))
    if (isCombined) {
      const referer = readQuoted(line, end + 1)
      if (referer === undefined) return 'expected a quoted referer'
      const agent = readQuoted(line, end)
      if (agent === undefined) return 'expected a quoted user agent'
      record.header('user-agent', agent)
      record.header('referer', referer)
      if (hasForwarded) {
        const forwarded = readQuoted(line, end)
        if (forwarded === undefined) return 'expected a quoted X-Forwarded-For'
        record.header('x-forwarded-for', forwarded)
      }
    }
    return readRequestLine(request, record)
  }

  return { format, holds: clfHoldings(shape), read }
}

const START = '^\\S+ .*\\[\\d{2}/[A-Z][a-z]{2}/\\d{4}:[\\d:]{8} [+-]\\d{4}\\] "'
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"'

/** Returns a pattern for lines, from the patterns of the text after the size and before the address. */
export const clfLine = (behind: string, before = ''): RegExp =>
  new RegExp(`${START.replace('^', `^${before}`)}(?:[^"\\\\]|\\\\.)*" \\d{3} (?:\\d+|-)${behind}`)

export const QUOTED_PART = QUOTED

/** Returns true if at least half of the lines, and at least one, match. */
export const mostFit = (lines: readonly string[], pattern: RegExp): boolean => {
  const fitting = lines.filter((line) => pattern.test(line)).length
  return fitting > 0 && fitting * 2 >= lines.length
}
