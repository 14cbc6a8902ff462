import type { RequestBody } from './body.ts'
import { Gathered, lengthOf } from './body-bytes.ts'
import type { BodyLimits } from './body-limits.ts'
import type { FlatHeaders } from './header-fields.ts'
import { firstHeader } from './header-fields.ts'

/** The stream in Node's request, as far as it matters here. */
export interface NodeBody {
  readonly rawHeaders: FlatHeaders
  /** HTTP/1: everything has been received. HTTP/2: somebody has read it to its end, or the stream is closed. */
  readonly complete: boolean
  readonly destroyed: boolean
  /** Somebody has read it to its end. */
  readonly readableEnded: boolean
  /** `true` while somebody else is reading; `null` where nobody has begun. */
  readonly readableFlowing: boolean | null
  /** Somebody wants text instead of bytes. */
  readonly readableEncoding: string | null
  /** How much has come and is not read yet, bytes. */
  readonly readableLength: number
  /** Where middleware that has read the body keeps it, by a custom of Express's users and of cloud functions. */
  readonly rawBody?: unknown
  /** Only HTTP/2 has it. */
  readonly stream?: { readonly endAfterHeaders: boolean; readonly readableEnded: boolean }
  read(): Uint8Array | null
  unshift(chunk: Uint8Array): void
  on(event: 'readable' | 'close', listener: () => void): unknown
  off(event: 'readable' | 'close', listener: () => void): unknown
  once(event: 'resume', listener: () => void): unknown
}

export const isNodeBody = (request: object): request is NodeBody =>
  'read' in request && 'unshift' in request && 'complete' in request

/** Whether there is a body that nobody has begun to read (RFC 9112 §6.3; RFC 9113 §8.1 needs no Content-Length). */
export const hasUnreadBody = ({
  rawHeaders,
  stream,
  destroyed,
  readableEnded,
  readableFlowing,
  readableEncoding,
}: NodeBody): boolean => {
  if (destroyed || readableEnded || readableFlowing === true || readableEncoding !== null) {
    return false
  }
  if (stream !== undefined) return !stream.endAfterHeaders
  return (
    firstHeader(rawHeaders, 'transfer-encoding') !== undefined ||
    (lengthOf(firstHeader(rawHeaders, 'content-length')) ?? 0) > 0
  )
}

/** The body that somebody else has read and kept. */
export const keptBody = ({ rawBody }: NodeBody, limitBytes: number): RequestBody | undefined => {
  if (!(rawBody instanceof Uint8Array)) return undefined
  const gathered = new Gathered()
  gathered.add(rawBody)
  return gathered.toBody(true, limitBytes, undefined)
}

/** Makes a request look as if nobody had read of it: frameworks refuse one that somebody has. */
const putBack = (request: NodeBody, seen: Uint8Array) => {
  request.unshift(seen)
  const key = 'readableDidRead'
  Object.defineProperty(request, key, { value: false, configurable: true })
  request.once('resume', () => Reflect.deleteProperty(request, key))
}

/**
 * Looks at the beginning of a body and puts it back, so that whoever reads the request next gets all of it. Resolves when
 * the limit, the end or the time is reached, or the visitor has gone.
 *
 * A stream that is read to its end says so in the next tick, unless something is put back before. So it is put back within
 * the same turn, and nothing is read where nothing is there: the `end` is left to the next reader.
 */
export const peekNode = (
  request: NodeBody,
  { limitBytes, timeoutMs }: BodyLimits
): Promise<RequestBody> =>
  new Promise((resolve) => {
    const gathered = new Gathered()
    const announced = lengthOf(firstHeader(request.rawHeaders, 'content-length'))
    const hasEnded = () => request.complete || request.stream?.readableEnded === true

    const finish = () => {
      clearTimeout(timer)
      request.off('readable', onReadable)
      request.off('close', finish)
      const { length, bytes } = gathered
      const isWhole = hasEnded() || length === announced
      if (length > 0 && !request.destroyed && !request.readableEnded) putBack(request, bytes)
      resolve(gathered.toBody(isWhole, limitBytes, announced))
    }

    /** Whether that is all that is looked at. */
    const isEnough = () => {
      // Without an argument all of what is there comes at once.
      const chunk = request.readableLength > 0 ? request.read() : null
      if (chunk !== null) gathered.add(chunk)
      const { length } = gathered
      return length > limitBytes || length === announced || hasEnded()
    }

    const onReadable = () => {
      if (isEnough()) finish()
    }

    let timer: ReturnType<typeof setTimeout> | undefined
    // Behind this turn, when the parser is done with what came along with the headers: most bodies are there by then.
    queueMicrotask(() => {
      if (isEnough() || request.destroyed) return finish()
      timer = setTimeout(finish, timeoutMs)
      request.on('close', finish)
      request.on('readable', onReadable)
    })
  })
