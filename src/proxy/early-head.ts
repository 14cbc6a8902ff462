import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** undici publishes it synchronously before it writes a request: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
interface SendingHeaders {
  request: { body: unknown; contentLength: number | null }
  /** The request line and the headers, without those that frame the body and without the empty line. */
  headers: string
  socket: Socket
}

interface Parser {
  onHeadersComplete(status: number, upgrade: boolean, shouldKeepAlive: boolean): number
}

const CHANNEL = 'undici:client:sendHeaders'
const CONTINUE = 100
const PROCESSING = 102

const ours = new WeakSet<Socket>()
const patched = new WeakSet<Socket>()

/**
 * Makes undici skip a `100 Continue` that the request did not ask for, as RFC 9110 §15.2 requires and as undici does with
 * every other interim response. By default undici breaks the connection off. Its parser has no public API.
 */
const passOverContinue = (socket: Socket): void => {
  if (patched.has(socket)) return
  patched.add(socket)
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'parser'
  )
  const parser = symbol && (socket as unknown as Record<symbol, Parser | null>)[symbol]
  if (!parser) return
  const { onHeadersComplete } = parser
  parser.onHeadersComplete = (status, ...rest) =>
    onHeadersComplete.call(parser, status === CONTINUE ? PROCESSING : status, ...rest)
}

/**
 * Sends the head of a request before its body. undici holds the head until the body's first byte, so an origin could not
 * refuse an upload, or prepare for it, before it begins. A body that is available is sent with its head, in one piece.
 *
 * undici's first write then repeats the head; this function removes the repetition.
 */
const sendEarly = (socket: Socket, head: string, length: number | null): void => {
  const write = socket.write.bind(socket) as (data: unknown, ...rest: unknown[]) => boolean
  const restore = () => void Reflect.deleteProperty(socket, 'write')
  const framing = length === null ? 'transfer-encoding: chunked' : `content-length: ${length}`
  let isSent = false
  let isFirst = true
  const waiting = setImmediate(() => {
    if (socket.destroyed) return
    isSent = true
    write(`${head}${framing}\r\n\r\n`, 'latin1')
  })

  const next = (data: unknown, ...rest: unknown[]): boolean => {
    if (!isSent) {
      clearImmediate(waiting)
      restore()
      return write(data, ...rest)
    }
    if (!isFirst) {
      // The line end before the first chunk's size is part of the head that was sent.
      restore()
      return write(String(data).slice(2), ...rest)
    }
    isFirst = false
    if (length === null && String(data).endsWith(`${framing}\r\n`)) return true
    restore()
    // The body is empty: undici now writes that into the head, but the head is already out.
    return length === null ? write('0\r\n\r\n', 'latin1') : true
  }
  socket.write = next as Socket['write']
}

const onSendHeaders = (message: unknown): void => {
  const { request, headers, socket } = message as SendingHeaders
  if (!ours.has(socket)) return
  passOverContinue(socket)
  if (request.body !== null) sendEarly(socket, headers, request.contentLength)
}

let isSubscribed = false

/**
 * Corrects two things in undici's connections to the origin: heads that wait for a body, and a `100 Continue` that breaks
 * the connection off.
 */
export const watchSends = (socket: Socket): void => {
  ours.add(socket)
  if (isSubscribed) return
  isSubscribed = true
  subscribe(CHANNEL, onSendHeaders)
}
