import { formatIp, Ip, parseIp } from '../lists/ip.ts'

/** The longest text line in bytes, with its line end. */
const MAX_V1_BYTES = 107
/**
 * The maximum number of bytes to wait for in the binary form, as in nginx. Addresses take up to 232; load balancers add
 * names, certificates and identifiers.
 */
export const MAX_PROXY_HEADER_BYTES = 4096

const V1_SIGNATURE = Uint8Array.from('PROXY ', (unit) => unit.charCodeAt(0))
const V2_SIGNATURE = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10)
const V2_FIXED_BYTES = 16
const CR = 13
const LF = 10

const VERSION_2 = 2
const COMMAND_LOCAL = 0
const COMMAND_PROXY = 1
const FAMILY_UNSPECIFIED = 0
const FAMILY_INET = 1
const FAMILY_INET6 = 2
const FAMILY_UNIX = 3
const TRANSPORT_UNSPECIFIED = 0
const TRANSPORT_DATAGRAM = 2
/** Bytes of both addresses and ports by family. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = {
  [FAMILY_INET]: 12,
  [FAMILY_INET6]: 36,
  [FAMILY_UNIX]: 216,
}

const TLV_CRC32C = 3
const TLV_HEADER_BYTES = 3
const CRC32C_BYTES = 4
const CRC32C_POLYNOMIAL = 0x82f63b78

const PORT = /^(?:0|[1-9]\d{0,4})$/
const MAX_PORT = 65535

export interface ProxyEndpoint {
  /** Canonical text of an IPv4 or IPv6 address. */
  address: string
  port: number
}

export type ProxyHeaderResult =
  /** Incomplete so far: call again with more bytes. */
  | { kind: 'more' }
  /**
   * `length`: bytes to skip. Without `source` the connection's own address counts: the proxy speaks for itself (`local`, a
   * health check), or for a peer without an IP address.
   */
  | {
      kind: 'header'
      length: number
      source?: ProxyEndpoint
      destination?: ProxyEndpoint
      local: boolean
    }
  /** The connection does not begin with a PROXY header. */
  | { kind: 'none' }
  /** The connection must be aborted. `reason` is for people. */
  | { kind: 'invalid'; reason: string }

const MORE: ProxyHeaderResult = { kind: 'more' }
const NONE: ProxyHeaderResult = { kind: 'none' }
const invalid = (reason: string): ProxyHeaderResult => ({ kind: 'invalid', reason })

/** Whether the bytes so far match the beginning of the signature. */
const mayBegin = (bytes: Uint8Array, signature: Uint8Array): boolean => {
  const length = Math.min(bytes.length, signature.length)
  for (let i = 0; i < length; i++) if (bytes[i] !== signature[i]) return false
  return true
}

const portOf = (text: string): number | undefined => {
  const port = PORT.test(text) ? Number(text) : MAX_PORT + 1
  return port <= MAX_PORT ? port : undefined
}

const readV1 = (bytes: Uint8Array): ProxyHeaderResult => {
  const seen = bytes.subarray(0, MAX_V1_BYTES)
  const end = seen.findIndex((byte, i) => byte === LF && seen[i - 1] === CR)
  if (end < 0) {
    return seen.length < MAX_V1_BYTES
      ? MORE
      : invalid(`PROXY line: expected its end within ${MAX_V1_BYTES} bytes`)
  }
  const length = end + 1
  const line = String.fromCharCode(...bytes.subarray(0, end - 1))
  const [, family, from = '', to = '', fromPort = '', toPort = '', ...rest] = line.split(' ')
  // The text after this word is ignored.
  if (family === 'UNKNOWN') return { kind: 'header', length, local: false }
  if (family !== 'TCP4' && family !== 'TCP6') {
    return invalid(`PROXY line with ${JSON.stringify(family)}: expected TCP4, TCP6 or UNKNOWN`)
  }
  const addresses = [from, to].map(parseIp)
  const ports = [fromPort, toPort].map(portOf)
  const [source, destination] = addresses.map((ip, i) => {
    const port = ports[i]
    if (ip === undefined || port === undefined || family !== `TCP${ip.family}`) return undefined
    return { address: formatIp(ip), port }
  })
  if (source === undefined || destination === undefined || rest.length > 0) {
    return invalid(
      `PROXY line ${JSON.stringify(line)}: expected two addresses of ${family} and two ports`
    )
  }
  return { kind: 'header', length, source, destination, local: false }
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1
  return crc
})

/** CRC32c (RFC 9260 appendix A) of a header; its own four bytes count as zeros. */
const checksum = (header: Uint8Array, ownAt: number): number => {
  let crc = 0xffffffff
  for (let i = 0; i < header.length; i++) {
    const byte = i >= ownAt && i < ownAt + CRC32C_BYTES ? 0 : header[i]!
    crc = (crc >>> 8) ^ CRC32C_TABLE[(crc ^ byte) & 0xff]!
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** The problem of the type-length-value parts after the addresses. Only the checksum's content is read. */
const tlvProblem = (header: Uint8Array, start: number): string | undefined => {
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  let at = start
  while (at < header.length) {
    const valueAt = at + TLV_HEADER_BYTES
    if (valueAt > header.length) return 'PROXY header ends inside a TLV'
    const type = header[at]!
    const length = view.getUint16(at + 1)
    at = valueAt + length
    if (at > header.length) return `PROXY header with a TLV of type ${type} past its end`
    if (type !== TLV_CRC32C) continue
    if (length !== CRC32C_BYTES) {
      return `PROXY header with a checksum of ${length} bytes: expected ${CRC32C_BYTES}`
    }
    if (view.getUint32(valueAt) !== checksum(header, valueAt)) {
      return 'PROXY header with a wrong checksum'
    }
  }
  return undefined
}

const endpoints = (header: Uint8Array, family: number): [ProxyEndpoint, ProxyEndpoint] => {
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  const addressBytes = family === FAMILY_INET ? 4 : 16
  const word = (address: number, i: number) =>
    view.getUint32(V2_FIXED_BYTES + address * addressBytes + i * 4)
  const [source, destination] = [0, 1].map((i) => ({
    address: formatIp(
      family === FAMILY_INET
        ? new Ip(4, 0, 0, 0, word(i, 0))
        : new Ip(6, word(i, 0), word(i, 1), word(i, 2), word(i, 3))
    ),
    port: view.getUint16(V2_FIXED_BYTES + 2 * addressBytes + i * 2),
  }))
  return [source!, destination!]
}

const readV2 = (bytes: Uint8Array): ProxyHeaderResult => {
  if (bytes.length < V2_FIXED_BYTES) return MORE
  const version = bytes[12]! >> 4
  const command = bytes[12]! & 15
  const family = bytes[13]! >> 4
  const transport = bytes[13]! & 15
  const length = V2_FIXED_BYTES + bytes[14]! * 0x100 + bytes[15]!
  if (version !== VERSION_2) return invalid(`PROXY header of version ${version}: expected 2`)
  if (command !== COMMAND_LOCAL && command !== COMMAND_PROXY) {
    return invalid(`PROXY header with command ${command}: expected 0 (local) or 1 (proxy)`)
  }
  if (length > MAX_PROXY_HEADER_BYTES) {
    return invalid(`PROXY header of ${length} bytes: expected at most ${MAX_PROXY_HEADER_BYTES}`)
  }
  // The family of a local header is ignored, even if it is not valid.
  if (command === COMMAND_PROXY && (family > FAMILY_UNIX || transport > TRANSPORT_DATAGRAM)) {
    return invalid(`PROXY header with protocol 0x${bytes[13]!.toString(16)}: unknown family`)
  }
  const hasAddresses = family !== FAMILY_UNSPECIFIED && transport !== TRANSPORT_UNSPECIFIED
  const addressEnd = V2_FIXED_BYTES + (ADDRESS_BYTES[family] ?? 0)
  if (command === COMMAND_PROXY && hasAddresses && length < addressEnd) {
    return invalid(`PROXY header of ${length} bytes: expected ${addressEnd} or more with addresses`)
  }

  if (bytes.length < length) return MORE
  if (command === COMMAND_LOCAL) return { kind: 'header', length, local: true }
  // The TLVs of these begin at an unknown place, and there is no address to confirm.
  if (!hasAddresses) return { kind: 'header', length, local: false }
  const header = bytes.subarray(0, length)
  const problem = tlvProblem(header, addressEnd)
  if (problem !== undefined) return invalid(problem)
  if (family === FAMILY_UNIX) return { kind: 'header', length, local: false }
  const [source, destination] = endpoints(header, family)
  return { kind: 'header', length, source, destination, local: false }
}

/**
 * Reads the header in which a load balancer names the visitor before the bytes of a connection. Call it only for trusted
 * peers: any client can send such a header. Throws nothing, returns 'more' only below `MAX_PROXY_HEADER_BYTES`, and returns
 * the same for any segments of the bytes.
 *
 * @param bytes everything received so far, from the start of the connection
 * @see https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt
 * @example
 * readProxyHeader(new TextEncoder().encode('PROXY TCP4 198.51.100.7 192.0.2.1 56324 443\r\nGET /'))
 * // { kind: 'header', length: 45, source: { address: '198.51.100.7', port: 56324 }, … }
 */
export const readProxyHeader = (bytes: Uint8Array): ProxyHeaderResult => {
  if (mayBegin(bytes, V2_SIGNATURE)) return readV2(bytes)
  if (!mayBegin(bytes, V1_SIGNATURE)) return NONE
  return bytes.length < V1_SIGNATURE.length ? MORE : readV1(bytes)
}
