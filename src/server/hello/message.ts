import { Cursor } from './cursor.ts'

const SERVER_NAME = 0x0000
const SUPPORTED_GROUPS = 0x000a
const POINT_FORMATS = 0x000b
const SIGNATURE_ALGORITHMS = 0x000d
const ALPN = 0x0010
const SESSION_TICKET = 0x0023
const PRE_SHARED_KEY = 0x0029
const SUPPORTED_VERSIONS = 0x002b
const ENCRYPTED_CLIENT_HELLO = 0xfe0d

const HOST_NAME = 0
const RANDOM_BYTES = 32
const MAX_SESSION_ID_BYTES = 32
/** Letters, digits and marks, up to the length of a DNS name. */
const HOST_NAME_TEXT = /^[\x21-\x7e]{1,255}$/

export interface Extension {
  readonly type: number
  /** A view of the received bytes. */
  readonly data: Uint8Array
}

/**
 * The facts that a TLS client reveals before encryption starts (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2). Lists keep the order
 * of the wire and contain everything that was sent, including GREASE (RFC 8701) and repetitions.
 */
export interface ClientHello {
  /** The version of the first record: 0x0301 for nearly all clients. */
  readonly recordVersion: number
  /** 0x0303 for both TLS 1.2 and 1.3; see `supportedVersions`. */
  readonly legacyVersion: number
  /** 32 bytes. */
  readonly random: Uint8Array
  /** 0–32 */
  readonly sessionIdLength: number
  readonly ciphers: readonly number[]
  readonly extensions: readonly Extension[]
  /** As sent; absent if it is not printable ASCII. With ECH this is the outer name. */
  readonly serverName?: string
  /** Binary strings: one code unit for each byte. */
  readonly alpn: readonly string[]
  /** Empty if the client does not know TLS 1.3. */
  readonly supportedVersions: readonly number[]
  readonly supportedGroups: readonly number[]
  readonly pointFormats: readonly number[]
  readonly signatureAlgorithms: readonly number[]
  /** The client wants to resume a TLS 1.3 session. */
  readonly offersPsk: boolean
  /** The client sends the ticket of a TLS 1.2 session. */
  readonly offersTicket: boolean
  /** Has the encrypted_client_hello extension. Chromium and Firefox invent one if they know no key. */
  readonly hasEch: boolean
  /** The length of the message in bytes, without its header of 4 bytes. */
  readonly length: number
}

const uint16s = (bytes: Uint8Array): number[] => {
  const numbers: number[] = []
  for (let at = 1; at < bytes.length; at += 2) numbers.push(bytes[at - 1]! * 0x100 + bytes[at]!)
  return numbers
}

const binaryText = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** The list that fills an extension; empty if there is none, or if its length is wrong, which the TLS library refuses. */
const listOf = (data: Uint8Array | undefined, prefix: 'vector8' | 'vector16'): Uint8Array => {
  const cursor = new Cursor(data ?? new Uint8Array(0))
  const list = cursor[prefix]()
  return cursor.isDone ? list : list.subarray(0, 0)
}

const hostName = (data: Uint8Array | undefined): string | undefined => {
  const cursor = new Cursor(listOf(data, 'vector16'))
  while (cursor.left > 0) {
    const type = cursor.uint8()
    const name = cursor.vector16()
    if (type !== HOST_NAME) continue
    const text = binaryText(name)
    return HOST_NAME_TEXT.test(text) ? text : undefined
  }
  return undefined
}

const protocols = (data: Uint8Array | undefined): string[] => {
  const cursor = new Cursor(listOf(data, 'vector16'))
  const names: string[] = []
  while (cursor.left > 0) names.push(binaryText(cursor.vector8()))
  return cursor.isSound ? names : []
}

const readExtensions = (block: Uint8Array): Extension[] | undefined => {
  const cursor = new Cursor(block)
  const extensions: Extension[] = []
  while (cursor.left > 0) extensions.push({ type: cursor.uint16(), data: cursor.vector16() })
  return cursor.isSound ? extensions : undefined
}

/**
 * Parses a ClientHello message. Its framing must be sound. A wrong length inside an extension makes that list empty, and
 * the first of two equal extensions counts. The TLS library refuses such a handshake anyway.
 *
 * @param body the message without its header (type and length)
 * @param recordVersion the version of the record in which it began
 * @returns the problem as text if the message is not sound
 */
export const parseClientHello = (body: Uint8Array, recordVersion: number): ClientHello | string => {
  const cursor = new Cursor(body)
  const legacyVersion = cursor.uint16()
  const random = cursor.take(RANDOM_BYTES)
  const sessionId = cursor.vector8()
  const cipherBytes = cursor.vector16()
  cursor.vector8() // compression methods: only "none" still exists
  if (!cursor.isSound) return 'client hello ends before its extensions'
  if (sessionId.length > MAX_SESSION_ID_BYTES) {
    return `session id of ${sessionId.length} bytes: expected at most ${MAX_SESSION_ID_BYTES}`
  }
  if (cipherBytes.length % 2 === 1)
    return `list of ciphers of ${cipherBytes.length} bytes: expected pairs`

  // SSL 3.0 has no extensions, and TLS up to 1.2 may leave them out.
  const block = cursor.left === 0 ? body.subarray(0, 0) : cursor.vector16()
  if (!cursor.isDone)
    return 'the length of the extensions does not match the rest of the client hello'
  const extensions = readExtensions(block)
  if (extensions === undefined) return 'an extension reaches past the end of the client hello'

  const dataOf = (type: number) => extensions.find((extension) => extension.type === type)?.data
  return {
    recordVersion,
    legacyVersion,
    random,
    sessionIdLength: sessionId.length,
    ciphers: uint16s(cipherBytes),
    extensions,
    serverName: hostName(dataOf(SERVER_NAME)),
    alpn: protocols(dataOf(ALPN)),
    supportedVersions: uint16s(listOf(dataOf(SUPPORTED_VERSIONS), 'vector8')),
    supportedGroups: uint16s(listOf(dataOf(SUPPORTED_GROUPS), 'vector16')),
    pointFormats: [...listOf(dataOf(POINT_FORMATS), 'vector8')],
    signatureAlgorithms: uint16s(listOf(dataOf(SIGNATURE_ALGORITHMS), 'vector16')),
    offersPsk: dataOf(PRE_SHARED_KEY) !== undefined,
    offersTicket: (dataOf(SESSION_TICKET)?.length ?? 0) > 0,
    hasEch: dataOf(ENCRYPTED_CLIENT_HELLO) !== undefined,
    length: body.length,
  }
}
