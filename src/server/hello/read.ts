import { type ClientHello, parseClientHello } from './message.ts'

export type { ClientHello } from './message.ts'

const HANDSHAKE = 0x16
const TLS_MAJOR_VERSION = 3
const RECORD_HEADER_BYTES = 5
/** RFC 8446 §5.1 */
const MAX_FRAGMENT_BYTES = 2 ** 14

const CLIENT_HELLO = 1
const MESSAGE_HEADER_BYTES = 4

const SSL2_LENGTH_BIT = 0x80
const SSL2_CLIENT_HELLO = 1

/**
 * The maximum number of bytes to wait for: one full record. Chromium's hello with post-quantum keys has 2 KB; one with a
 * session ticket and ECH has hardly 6. nginx and HAProxy also read 16 KB by default.
 */
export const MAX_HELLO_BYTES = RECORD_HEADER_BYTES + MAX_FRAGMENT_BYTES

export type HelloResult =
  /** Incomplete so far: call again with more bytes. */
  | { kind: 'more' }
  /** `length`: the bytes of the hello's records. */
  | { kind: 'hello'; hello: ClientHello; length: number }
  /** Another protocol: plain HTTP, a DTLS datagram, a TLS record of another type. */
  | { kind: 'not_tls' }
  /** TLS, but no server should accept it. `reason` is for people. */
  | { kind: 'invalid'; reason: string }

const MORE: HelloResult = { kind: 'more' }
const NOT_TLS: HelloResult = { kind: 'not_tls' }
const invalid = (reason: string): HelloResult => ({ kind: 'invalid', reason })

/** SSL 2.0's hello has no record around it: it has a length with the top bit set, the type, the version. */
const readSsl2 = (bytes: Uint8Array): HelloResult => {
  if (bytes.length < RECORD_HEADER_BYTES) return MORE
  const [, , type, major] = bytes
  if (type !== SSL2_CLIENT_HELLO || (major !== 0 && major !== TLS_MAJOR_VERSION)) return NOT_TLS
  return invalid('client hello of SSL 2.0: expected TLS (RFC 6176 forbids it)')
}

/** Joins a message from its records. A hello in one record, the usual case, is not copied. */
const gather = (records: Uint8Array, length: number): Uint8Array => {
  const whole = records.subarray(
    RECORD_HEADER_BYTES,
    RECORD_HEADER_BYTES + fragmentBytes(records, 0)
  )
  if (whole.length >= length) return whole.subarray(0, length)
  const message = new Uint8Array(length)
  let at = 0
  for (let filled = 0; filled < length; ) {
    const start = at + RECORD_HEADER_BYTES
    at = start + fragmentBytes(records, at)
    message.set(records.subarray(start, Math.min(at, start + length - filled)), filled)
    filled += at - start
  }
  return message
}

/** Length in the record header at this place. */
const fragmentBytes = (bytes: Uint8Array, at: number): number =>
  bytes[at + 3]! * 0x100 + bytes[at + 4]!

/**
 * Reads the ClientHello at the start of a TLS connection. Throws nothing, and returns 'more' only below `MAX_HELLO_BYTES`.
 * The segments of the bytes make no difference. The result holds views of `bytes`.
 *
 * @param bytes everything received so far, from the start of the connection (or the end of its PROXY header)
 * @see https://www.rfc-editor.org/rfc/rfc8446#section-5.1 records, and messages that span several
 * @example
 * const result = readClientHello(socketBytes)
 * if (result.kind === 'hello') console.log(ja4(result.hello)) // t13d1516h2_8daaf6152771_e5627efa2ab1
 */
export const readClientHello = (bytes: Uint8Array): HelloResult => {
  const type = bytes[0]
  const major = bytes[1]
  if (type === undefined) return MORE
  if (type >= SSL2_LENGTH_BIT) return readSsl2(bytes)
  if (type !== HANDSHAKE || (major !== undefined && major !== TLS_MAJOR_VERSION)) return NOT_TLS

  // Reads only numbers until the hello is complete: each segment walks a hello of many tiny records again.
  const header: number[] = []
  let at = 0
  let received = 0
  let wanted = MESSAGE_HEADER_BYTES
  while (received < wanted) {
    const start = at + RECORD_HEADER_BYTES
    if (start > MAX_HELLO_BYTES) return tooLong()
    if (bytes.length < start) return MORE
    if (bytes[at] !== HANDSHAKE || bytes[at + 1] !== TLS_MAJOR_VERSION) {
      return invalid(
        `record of type ${bytes[at]} and version ${bytes[at + 1]} inside a client hello`
      )
    }
    const length = fragmentBytes(bytes, at)
    // RFC 8446 §5.1 forbids empty handshake records.
    if (length === 0) return invalid('empty handshake record')
    at = start + length
    if (at > MAX_HELLO_BYTES) return tooLong()
    if (bytes.length < at) return MORE
    received += length
    if (wanted > MESSAGE_HEADER_BYTES) continue
    for (let i = start; i < at && header.length < MESSAGE_HEADER_BYTES; i++) header.push(bytes[i]!)
    if (header.length < MESSAGE_HEADER_BYTES) continue
    if (header[0] !== CLIENT_HELLO) {
      return invalid(`handshake message of type ${header[0]}: expected a client hello (1)`)
    }
    wanted += header[1]! * 0x10000 + header[2]! * 0x100 + header[3]!
    if (wanted > MAX_FRAGMENT_BYTES) return tooLong()
  }
  const message = gather(bytes, wanted).subarray(MESSAGE_HEADER_BYTES)
  const hello = parseClientHello(message, TLS_MAJOR_VERSION * 0x100 + bytes[2]!)
  return typeof hello === 'string' ? invalid(hello) : { kind: 'hello', hello, length: at }
}

const tooLong = () => invalid(`client hello of more than ${MAX_HELLO_BYTES} bytes`)
