import type { RequestBody } from './body.ts'
import type { FlatHeaders } from './headers.ts'
import { firstHeader } from './headers.ts'

/** The stream in Node's request, as far as it matters here. */
export interface NodeBody {
  readonly rawHeaders: FlatHeaders
  /** Everything has been received. */
  readonly complete: boolean
  readonly destroyed: boolean
  /** Somebody has read it to its end. */
  readonly readableEnded: boolean
  /** `true` while somebody else is reading. */
  readonly readableFlowing: boolean | null
  read(): Uint8Array | null
  unshift(chunk: Uint8Array): void
  on(event: 'readable' | 'close', listener: () => void): unknown
  off(event: 'readable' | 'close', listener: () => void): unknown
  once(event: 'resume', listener: () => void): unknown
}

export interface BodyLimits {
  /** How much of it is looked at, bytes. */
  limitBytes: number
  /** How long a visitor may take to send that much; then what has come is judged, as truncated. Milliseconds. */
  timeoutMs: number
}

const CHARS_PER_CALL = 8_192

const toBinary = (chunk: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < chunk.length; i += CHARS_PER_CALL) {
    text += String.fromCharCode(...chunk.subarray(i, i + CHARS_PER_CALL))
  }
  return text
}

const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

const lengthOf = (value: string | null | undefined): number | undefined =>
  value !== null && value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined

const bodyOf = (
  seen: Uint8Array,
  isWhole: boolean,
  limitBytes: number,
  announced: number | undefined
): RequestBody => ({
  bytes: toBinary(seen.subarray(0, limitBytes)),
  size: isWhole ? seen.length : Math.max(seen.length, announced ?? 0),
  isTruncated: !isWhole || seen.length > limitBytes,
})

const isNodeBody = (request: object): request is NodeBody =>
  'read' in request && 'unshift' in request && 'complete' in request

/**
 * Whether there is a body that nobody has read yet (RFC 9112 §6.3). An HTTP/2 request without Content-Length does not say
 * whether it has one, and its stream does not say in time whether it has ended: it counts as none.
 */
const isReadable = (request: NodeBody) => {
  const { rawHeaders, destroyed, readableEnded, readableFlowing } = request
  if (destroyed || readableEnded || readableFlowing === true) return false
  return (
    firstHeader(rawHeaders, 'transfer-encoding') !== undefined ||
    (lengthOf(firstHeader(rawHeaders, 'content-length')) ?? 0) > 0
  )
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
 */
const peekNode = (request: NodeBody, { limitBytes, timeoutMs }: BodyLimits): Promise<RequestBody> =>
  new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const announced = lengthOf(firstHeader(request.rawHeaders, 'content-length'))

    const finish = () => {
      clearTimeout(timer)
      request.off('readable', onReadable)
      request.off('close', finish)
      const seen = joined(chunks, length)
      const isWhole = request.complete || length === announced
      if (length > 0 && !request.destroyed) putBack(request, seen)
      resolve(bodyOf(seen, isWhole, limitBytes, announced))
    }

    const onReadable = () => {
      for (let chunk = request.read(); chunk !== null; chunk = request.read()) {
        chunks.push(chunk)
        length += chunk.length
        if (length > limitBytes) break
      }
      // Put back before the turn ends, or a stream that was read to its end would report it.
      if (length > limitBytes || length === announced || request.complete) finish()
    }

    const timer = setTimeout(finish, timeoutMs)
    request.on('close', finish)
    request.on('readable', onReadable)
  })

const afterMs = (ms: number) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<'over'>((resolve) => {
    timer = setTimeout(() => resolve('over'), ms)
  })
  return { over, stop: () => clearTimeout(timer) }
}

/** The same for a Fetch Request, on a copy of it. */
const peekFetch = async (
  request: Request,
  { limitBytes, timeoutMs }: BodyLimits
): Promise<RequestBody> => {
  const announced = lengthOf(request.headers.get('content-length'))
  const reader = request.clone().body!.getReader() as ReadableStreamDefaultReader<Uint8Array>
  const { over, stop } = afterMs(timeoutMs)
  const chunks: Uint8Array[] = []
  let length = 0
  let isWhole = false
  try {
    while (length <= limitBytes) {
      const result = await Promise.race([reader.read(), over])
      if (result === 'over') break
      if (result.done) {
        isWhole = true
        break
      }
      chunks.push(result.value)
      length += result.value.length
    }
  } catch {
    // The visitor went away in the middle: what has come is judged.
  } finally {
    stop()
  }
  reader.cancel().catch(() => {})
  return bodyOf(joined(chunks, length), isWhole, limitBytes, announced)
}

/**
 * The beginning of a request's body, which stays in the request. Never rejects.
 *
 * @returns `undefined` where the request brings none
 */
export const peekBody = (request: object, limits: BodyLimits): Promise<RequestBody> | undefined => {
  if (isNodeBody(request)) return isReadable(request) ? peekNode(request, limits) : undefined
  if (!(request instanceof Request) || request.body === null) return undefined
  if (request.bodyUsed || request.body.locked) return undefined
  return peekFetch(request, limits)
}
