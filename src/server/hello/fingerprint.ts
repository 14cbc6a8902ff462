import { hash } from 'node:crypto'
import type { ClientHello } from './message.ts'

const SERVER_NAME = 0x0000
const ALPN = 0x0010
const HASH_LENGTH = 12
const NO_VALUES = '000000000000'
const MAX_COUNT = 99

const JA4_VERSIONS: Readonly<Record<number, string>> = {
  772: '13',
  771: '12',
  770: '11',
  769: '10',
  768: 's3',
  2: 's2',
}

/** RFC 8701: 0x0a0a, 0x1a1a … 0xfafa, which clients send so that servers keep accepting unknown values. */
const isGrease = (value: number): boolean =>
  (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)

const withoutGrease = (values: readonly number[]): number[] =>
  values.filter((value) => !isGrease(value))

const extensionTypes = (hello: ClientHello): number[] => hello.extensions.map(({ type }) => type)

/**
 * JA3: version, ciphers, extensions, groups and point formats in decimal, without GREASE, and their MD5 in hex. A client
 * that shuffles its extensions, as Chromium does, has a different JA3 on each connection.
 *
 * @see https://github.com/salesforce/ja3#how-it-works
 * @example
 * ja3(hello).text // '769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0'
 */
export const ja3 = (hello: ClientHello): { text: string; hash: string } => {
  const lists = [hello.ciphers, extensionTypes(hello), hello.supportedGroups].map(withoutGrease)
  const text = [
    hello.legacyVersion,
    ...[...lists, hello.pointFormats].map((list) => list.join('-')),
  ].join(',')
  return { text, hash: hash('md5', text) }
}

const isAlphanumeric = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)

/** Protocol names have their own GREASE: a pair of equal bytes, each with 10 as its low half. */
const isGreaseProtocol = (name: string): boolean =>
  name.length === 2 && isGrease(name.charCodeAt(0) * 0x100 + name.charCodeAt(1))

const alpnEnds = (protocols: readonly string[]): string => {
  const protocol = protocols.find((name) => !isGreaseProtocol(name))
  if (protocol === undefined || protocol === '') return '00'
  const first = protocol.charCodeAt(0)
  const last = protocol.charCodeAt(protocol.length - 1)
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last)
  return (first >> 4).toString(16) + (last & 0xf).toString(16)
}

const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const hexList = (values: ArrayLike<number>): string => {
  let text = ''
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ','
    text += HEX_BYTES[values[i]! >> 8]! + HEX_BYTES[values[i]! & 0xff]!
  }
  return text
}

/** A typed array sorts numbers without a comparing function, which would take milliseconds for a hello of 8,000 ciphers. */
const ascending = (values: readonly number[]): Uint16Array => Uint16Array.from(values).sort()

const count = (values: readonly unknown[]): string =>
  String(Math.min(values.length, MAX_COUNT)).padStart(2, '0')

const shortHash = (text: string): string =>
  text === '' ? NO_VALUES : hash('sha256', text).slice(0, HASH_LENGTH)

/**
 * JA4 of a client: its properties, a hash of its ciphers, and a hash of its extensions and signature algorithms. The parts
 * that clients shuffle are sorted.
 *
 * @param transport `t` over TCP, `q` in QUIC
 * @see https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md
 * @example
 * ja4(hello) // 't13d1516h2_8daaf6152771_e5627efa2ab1'
 */
export const ja4 = (hello: ClientHello, transport: 't' | 'q' = 't'): string => {
  const versions = withoutGrease(hello.supportedVersions)
  const version = versions.length > 0 ? Math.max(...versions) : hello.legacyVersion
  const ciphers = withoutGrease(hello.ciphers)
  const extensions = withoutGrease(extensionTypes(hello))
  const head = [
    transport,
    JA4_VERSIONS[version] ?? '00',
    extensions.includes(SERVER_NAME) ? 'd' : 'i',
    count(ciphers),
    count(extensions),
    alpnEnds(hello.alpn),
  ].join('')

  const kept = extensions.filter((type) => type !== SERVER_NAME && type !== ALPN)
  const signatures = hexList(withoutGrease(hello.signatureAlgorithms))
  const tail = hexList(ascending(kept)) + (signatures === '' ? '' : `_${signatures}`)
  const hashes = [hexList(ascending(ciphers)), kept.length === 0 ? '' : tail].map(shortHash)
  return [head, ...hashes].join('_')
}

const sha1 = (values: readonly number[], isLittleEndian: boolean): string => {
  const bytes = new DataView(new ArrayBuffer(values.length * 2))
  values.forEach((value, i) => {
    bytes.setUint16(i * 2, value, isLittleEndian)
  })
  return hash('sha1', bytes, 'base64')
}

/**
 * The Rules language fields of a ClientHello, as JSON values for `Connection.fields`. The fields of the finished handshake
 * (`cf.tls_version`, `cf.tls_cipher`) are not included.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/?field-category=SSL%2FTLS
 * @example
 * helloFields(hello)['cf.tls_client_hello_length'] // 508
 */
export const helloFields = (hello: ClientHello): Record<string, unknown> => ({
  'cf.bot_management.ja3_hash': ja3(hello).hash,
  'cf.bot_management.ja4': ja4(hello),
  'cf.tls_client_hello_length': hello.length,
  'cf.tls_client_random': Buffer.from(hello.random).toString('base64'),
  // Cloudflare's values for known clients show what it hashes: the 16-bit numbers as sent, GREASE included.
  'cf.tls_ciphers_sha1': sha1(hello.ciphers, false),
  'cf.tls_client_extensions_sha1': sha1(extensionTypes(hello), false),
  'cf.tls_client_extensions_sha1_le': sha1(extensionTypes(hello), true),
})
