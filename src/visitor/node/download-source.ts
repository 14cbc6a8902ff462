import { open, stat } from 'node:fs/promises'
import { type IncomingMessage, request as requestHttp, STATUS_CODES } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** The server's identification of a file's version; absent if it gives none. */
export interface Version {
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

export interface Wish {
  /** The existing version: the server then confirms that it is the newest. */
  readonly have: Version | undefined
  /** The bytes of an interrupted download, so that they are not fetched again. */
  readonly begun: { readonly version: Version; readonly bytes: number } | undefined
  readonly signal: AbortSignal
}

export interface Delivery {
  readonly kind: 'whole' | 'rest' | 'unchanged'
  readonly version: Version
  /** The size of the whole file, even if it is continued; `undefined` if the server does not give it. */
  readonly total: number | undefined
  /** Chunks of bytes. The caller reads or destroys it. */
  readonly body: Readable
}

const MAX_REDIRECTS = 5
const REDIRECTS: readonly (number | undefined)[] = [301, 302, 303, 307, 308]
const OK = 200
const PARTIAL = 206
const NOT_MODIFIED = 304
const RANGE_NOT_SATISFIABLE = 416
const CONTENT_RANGE = /^bytes (\d+)-\d+\/(\d+|\*)$/
const DIGITS = /^\d{1,15}$/

/** RFC 9110 §13.1.5: only a strong validator may continue a file. */
const rangeValidator = ({ etag, lastModified }: Version): string | undefined =>
  etag?.startsWith('"') ? etag : lastModified

export const canContinue = (version: Version): boolean => rangeValidator(version) !== undefined

const headersOf = ({ have, begun }: Wish): Record<string, string> => {
  const validator = begun && rangeValidator(begun.version)
  return {
    'user-agent': 'edge1020',
    // The bytes as stored: checksums, ranges and .gz refer to these.
    'accept-encoding': 'identity',
    ...(have?.etag !== undefined && { 'if-none-match': have.etag }),
    ...(have?.lastModified !== undefined && { 'if-modified-since': have.lastModified }),
    ...(begun && validator && { range: `bytes=${begun.bytes}-`, 'if-range': validator }),
  }
}

const ask = (url: URL, wish: Wish, withCredentials: boolean) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    // No shared agent: a kept connection would keep the process running.
    const options = { headers: headersOf(wish), signal: wish.signal, agent: false as const }
    const target = new URL(url)
    if (!withCredentials) {
      target.username = ''
      target.password = ''
    }
    request(target, options, resolve).on('error', reject).end()
  })

const redirected = (from: URL, location: string | undefined): URL => {
  if (location === undefined || !URL.canParse(location, from)) {
    throw new Error('the server redirects without a location')
  }
  const to = new URL(location, from)
  if (to.protocol !== 'https:' && (to.protocol !== 'http:' || from.protocol === 'https:')) {
    throw new Error(`the server redirects from ${from.protocol}// to ${to.protocol}//`)
  }
  return to
}

const versionOf = ({ headers }: IncomingMessage): Version => ({
  etag: headers.etag,
  lastModified: headers['last-modified'],
})

const lengthOf = ({ headers }: IncomingMessage): number | undefined => {
  const length = headers['content-length']
  return length !== undefined && DIGITS.test(length) ? Number(length) : undefined
}

const isAnother = (before: Version, now: Version): boolean =>
  [
    [before.etag, now.etag],
    [before.lastModified, now.lastModified],
  ].some(([old, fresh]) => old !== undefined && fresh !== undefined && old !== fresh)

/** The size of the whole file if the answer continues directly after the existing bytes; else -1. */
const continuedTotal = (answer: IncomingMessage, { begun }: Wish): number | undefined => {
  const [, from, total] = CONTENT_RANGE.exec(answer.headers['content-range'] ?? '') ?? []
  if (begun === undefined || Number(from) !== begun.bytes) return -1
  // A server that supports Range but not If-Range.
  if (isAnother(begun.version, versionOf(answer))) return -1
  if (total !== '*') return Number(total)
  const rest = lengthOf(answer)
  return rest === undefined ? undefined : begun.bytes + rest
}

const deliver = (answer: IncomingMessage, wish: Wish): Delivery | 'begin_again' | 'unexpected' => {
  const version = versionOf(answer)
  switch (answer.statusCode) {
    case OK:
      return { kind: 'whole', version, total: lengthOf(answer), body: answer }
    case PARTIAL: {
      const total = continuedTotal(answer, wish)
      if (total === -1) return wish.begun === undefined ? 'unexpected' : 'begin_again'
      return { kind: 'rest', version: wish.begun?.version ?? version, total, body: answer }
    }
    case NOT_MODIFIED:
      if (wish.have === undefined) return 'unexpected'
      return { kind: 'unchanged', version, total: undefined, body: answer }
    case RANGE_NOT_SATISFIABLE:
      return wish.begun === undefined ? 'unexpected' : 'begin_again'
    default:
      return 'unexpected'
  }
}

const fetchHttp = async (start: URL, wish: Wish): Promise<Delivery> => {
  let url = start
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await ask(url, wish, url.origin === start.origin)
    const { statusCode = 0, headers } = answer
    const delivery = deliver(answer, wish)
    if (typeof delivery !== 'string') return delivery
    answer.destroy()
    if (delivery === 'begin_again') return fetchHttp(start, { ...wish, begun: undefined })
    if (!REDIRECTS.includes(statusCode)) {
      throw new Error(
        `the server answers ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd()
      )
    }
    url = redirected(url, headers.location)
  }
  throw new Error(`the server redirects more than ${MAX_REDIRECTS} times`)
}

const fetchFile = async (url: URL, { have, signal }: Wish): Promise<Delivery> => {
  const path = fileURLToPath(url)
  const stats = await stat(path)
  // Opening a pipe would wait for its writer.
  if (!stats.isFile()) throw new Error('it is not a file')
  const handle = await open(path)
  const version = {
    etag: `"${stats.size}-${stats.mtimeMs}"`,
    lastModified: stats.mtime.toUTCString(),
  }
  // Closes the file when reading stops.
  const body = handle.createReadStream({ signal })
  const kind = have?.etag === version.etag ? 'unchanged' : 'whole'
  if (kind === 'unchanged') body.destroy()
  return { kind, version, total: stats.size, body }
}

/** @returns the address, `http:`, `https:` or `file:`; `undefined` if the text is not one */
export const sourceUrl = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && ['http:', 'https:', 'file:'].includes(url.protocol) ? url : undefined
}

/** Requests a file. Throws an Error whose message states the problem. */
export const fetchSource = (url: URL, wish: Wish): Promise<Delivery> =>
  url.protocol === 'file:' ? fetchFile(url, wish) : fetchHttp(url, wish)
