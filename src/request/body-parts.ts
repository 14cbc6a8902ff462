import type { Part, RequestBody } from './body.ts'
import { parseArguments } from './url.ts'

const mediaType = (contentType: string) => (contentType.split(';')[0] ?? '').trim().toLowerCase()

/** Pairs of a form, nothing decoded; none where the body is no form. */
export const formPairs = (
  contentType: string,
  { bytes }: RequestBody
): readonly (readonly [name: string, value: string])[] =>
  mediaType(contentType) === 'application/x-www-form-urlencoded' ? parseArguments(bytes) : []

const BOUNDARY = /;[ \t]*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i
/** More parts than any form has; the rest is not looked at. */
const MAX_PARTS = 1_000
const LINE = '\r\n'

const parameter = (header: string | undefined, name: string): string | undefined => {
  if (header === undefined) return undefined
  const found = new RegExp(`;[ \\t]*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]*))`, 'i').exec(
    header
  )
  return found === null ? undefined : (found[1]?.replace(/\\(["\\])/g, '$1') ?? found[2])
}

const headerOf = (lines: readonly string[], lowerCaseName: string): string | undefined => {
  const prefix = `${lowerCaseName}:`
  const line = lines.find((one) => one.slice(0, prefix.length).toLowerCase() === prefix)
  return line?.slice(prefix.length).trim()
}

const readPart = (text: string): Part => {
  const end = text.startsWith(LINE) ? 0 : text.indexOf(`${LINE}${LINE}`)
  const lines = end <= 0 ? [] : text.slice(0, end).split(LINE)
  const disposition = headerOf(lines, 'content-disposition')
  return {
    name: parameter(disposition, 'name'),
    filename: parameter(disposition, 'filename'),
    contentType: headerOf(lines, 'content-type'),
    disposition,
    transferEncoding: headerOf(lines, 'content-transfer-encoding'),
    value: end < 0 ? '' : text.slice(end === 0 ? LINE.length : end + 2 * LINE.length),
  }
}

/**
 * Parts of a multipart body (RFC 2046 §5.1.1), in order; none where the body is not multipart. The last one of a truncated
 * body may lack its end.
 */
export const multipartParts = (contentType: string, { bytes }: RequestBody): readonly Part[] => {
  if (!mediaType(contentType).startsWith('multipart/')) return []
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) return []
  const parts: Part[] = []
  const delimiter = `${LINE}--${boundary}`
  // The first delimiter may stand at the very beginning.
  const text = LINE + bytes
  let at = text.indexOf(delimiter)
  while (at >= 0 && parts.length < MAX_PARTS) {
    const start = at + delimiter.length
    if (text.startsWith('--', start)) break
    const line = text.indexOf(LINE, start)
    at = text.indexOf(delimiter, start)
    if (line < 0) break
    parts.push(readPart(text.slice(line + LINE.length, at < 0 ? text.length : at)))
  }
  return parts
}
