import { EdgeError } from '../../error.ts'
import type { TrialRequest } from '../trial.ts'
import { withAsciiHost } from './ascii-host.ts'
import { isCurl, readCurl } from './curl.ts'
import { isHar, readHar } from './har.ts'
import { isRaw, readRaw } from './raw.ts'

/** A request that was read from text. */
export interface ReadRequest {
  readonly request: TrialRequest
  /** Parts of the text without an effect, and assumptions, one sentence each. */
  readonly notes: readonly string[]
  readonly kind: 'URL' | 'curl' | 'HAR' | 'raw'
}

const URL_LIKE = /^https?:\/\/\S+$/i
/** `shop.test/a`, `localhost:8020` */
const BARE_HOST =
  /^(?:[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+|localhost|\[[\da-f:.]+\])(?::\d{1,5})?(?:[/?]\S*)?$/iu
const POWERSHELL_REQUEST = /\bInvoke-(?:WebRequest|RestMethod)\b/i
const FETCH = /^\s*(?:await\s+)?fetch\(/
const MAX_SHOWN_CHARS = 60

const EXPECTED =
  'expected a URL, a curl command line, a HAR file or an HTTP request (GET /a HTTP/1.1 …)'

const excerpt = (text: string): string =>
  text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isUrl = (text: string): boolean => URL_LIKE.test(text) || BARE_HOST.test(text)

/**
 * Reads a request in any common form: a URL, a command line of curl, a HAR file, an HTTP request.
 *
 * @param entry the number of the entry in a HAR file, 1-based
 * @throws EdgeError `invalid_request`
 * @example readRequestText('https://shop.test/a').request.url
 */
export const readRequestText = (text: string, entry?: number): ReadRequest => {
  const read = readOne(text, entry)
  if (entry === undefined || read.kind === 'HAR') return read
  throw new EdgeError('invalid_request', `entry ${entry}: only a HAR file has entries`)
}

const readOne = (text: string, entry?: number): ReadRequest => {
  const trimmed = text.trim()
  if (trimmed === '') throw new EdgeError('invalid_request', `the request is empty: ${EXPECTED}`)
  if (URL_LIKE.test(trimmed)) {
    return { kind: 'URL', request: { url: withAsciiHost(trimmed.replace(/#.*$/, '')) }, notes: [] }
  }
  if (isCurl(trimmed)) return readCurl(trimmed)
  if (isRaw(trimmed)) return readRaw(text)
  if (trimmed.startsWith('{')) {
    const json = parseJson(trimmed.replace(/^\ufeff/, ''))
    if (isHar(json)) return readHar(json, entry)
  }
  if (BARE_HOST.test(trimmed)) {
    const url = withAsciiHost(`https://${trimmed.replace(/#.*$/, '')}`)
    return { kind: 'URL', request: { url }, notes: [`without a scheme: ${url}`] }
  }
  const other = POWERSHELL_REQUEST.test(trimmed) || FETCH.test(trimmed)
  const help = other ? '; copy it as cURL instead' : ''
  throw new EdgeError('invalid_request', `"${excerpt(trimmed)}": ${EXPECTED}${help}`)
}
