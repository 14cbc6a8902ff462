import type { CustomResponse } from '../answers/custom-response.ts'
import { toBytes } from '../language/bytes.ts'
import { nearest } from '../nearest.ts'
import { RESPONSE_KEYS } from './keys.ts'
import type { Entry, Node, Place } from './node.ts'
import { inBackticks } from './node.ts'
import type { Reader } from './reader.ts'

export const CONTENT_TYPES = ['application/json', 'text/html', 'text/plain', 'text/xml'] as const
/** The maximum size of a response on Cloudflare, in bytes. */
export const MAX_CONTENT_BYTES = { custom: 2048, rateLimit: 30_720 } as const
const [MIN_STATUS, MAX_STATUS] = [400, 499]

type Warn = (place: Place | undefined, message: string) => void

/**
 * Warns about parts of a response that Cloudflare would reject. This edge sends them anyway, as Cloudflare does for zones that are older
 * than a limit.
 */
export const checkResponse = (
  { status, content = '', contentType }: CustomResponse,
  product: keyof typeof MAX_CONTENT_BYTES,
  warn: (part: keyof CustomResponse, message: string) => void
): void => {
  if (status !== undefined && (status < MIN_STATUS || status > MAX_STATUS)) {
    warn('status', `Cloudflare takes a status from ${MIN_STATUS} to ${MAX_STATUS}, not ${status}`)
  }
  const known: readonly string[] = CONTENT_TYPES
  if (contentType !== undefined && !known.includes(contentType)) {
    warn('contentType', `Cloudflare takes a content type of ${known.join(', ')}`)
  }
  const most = MAX_CONTENT_BYTES[product]
  const size = toBytes(content).length
  if (size > most) warn('content', `the response has ${size} bytes: Cloudflare takes ${most}`)
}

const HTTP_STATUS = { min: 200, max: 599 }

const readStatus = (node: Node, reader: Reader): number | undefined => {
  const value = node.kind === 'scalar' ? node.value : undefined
  if (typeof value !== 'number') return reader.wrongType(node, 'a status from 400 to 499')
  if (Number.isInteger(value) && value >= HTTP_STATUS.min && value <= HTTP_STATUS.max) return value
  const message = `${inBackticks(String(value))} is not an HTTP status: expected one from 400 to 499`
  reader.findings.error(node.place, 'invalid_response', message)
  return undefined
}

const readContentType = (node: Node, reader: Reader): string | undefined => {
  const text = reader.text(node, `one of ${CONTENT_TYPES.join(', ')}`)
  if (text === undefined) return undefined
  if (CONTENT_TYPES.some((known) => known === text.value)) return text.value
  const near = nearest(text.value, CONTENT_TYPES)
  const message = `unknown content type ${inBackticks(text.value)}: expected one of ${CONTENT_TYPES.join(', ')}`
  const help = near && `did you mean \`${near}\`?`
  reader.findings.error(text.place, 'invalid_response', message, help)
  return undefined
}

/** `response: { status, content, content_type }` */
export const readResponse = (
  { value }: Entry,
  product: keyof typeof MAX_CONTENT_BYTES,
  reader: Reader
): CustomResponse | undefined => {
  const map = reader.map(value, 'a mapping with `status`, `content`, `content_type`')
  if (map === undefined) return undefined
  const { found } = reader.entries(map, RESPONSE_KEYS, 'a response')
  const status = found.status && readStatus(found.status.value, reader)
  const content = found.content && reader.text(found.content.value, 'the text to answer')?.value
  const contentType = found.content_type && readContentType(found.content_type.value, reader)
  const response = {
    ...(status === undefined ? {} : { status }),
    ...(content === undefined ? {} : { content }),
    ...(contentType === undefined ? {} : { contentType }),
  }
  const warn: Warn = (place, message) =>
    reader.findings.warn(place ?? map.place, 'not_on_cloudflare', message)
  checkResponse(response, product, (part, message) =>
    warn(found[part === 'contentType' ? 'content_type' : part]?.value.place, message)
  )
  return response
}
