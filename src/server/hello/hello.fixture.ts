import hellos from './hellos.json' with { type: 'json' }
import type { ClientHello } from './message.ts'
import { readClientHello } from './read.ts'

const CLIENT_HELLO = 1
const RANDOM = Array.from({ length: 32 }, (_, i) => i)

export const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (unit) => unit.charCodeAt(0))

const uint16 = (value: number): number[] => [value >> 8, value & 0xff]
const vector8 = (bytes: ArrayLike<number>): number[] => [bytes.length, ...Array.from(bytes)]
const vector16 = (bytes: ArrayLike<number>): number[] => [
  ...uint16(bytes.length),
  ...Array.from(bytes),
]
const numbers = (values: readonly number[]): number[] => values.flatMap(uint16)

/** `[type, data]` */
export type Given = readonly [number, readonly number[]]

export const bare = (...types: number[]): Given[] => types.map((type) => [type, []])
export const serverName = (name: string): Given => [0, vector16([0, ...vector16(bytesOf(name))])]
export const groups = (...values: number[]): Given => [10, vector16(numbers(values))]
export const pointFormats = (...values: number[]): Given => [11, vector8(values)]
export const signatures = (...values: number[]): Given => [13, vector16(numbers(values))]
export const alpn = (...names: (string | Uint8Array)[]): Given => [
  16,
  vector16(names.flatMap((name) => vector8(typeof name === 'string' ? bytesOf(name) : name))),
]
export const versions = (...values: number[]): Given => [43, vector8(numbers(values))]

/** A handshake message in the necessary number of records. */
export const inRecords = (
  message: ArrayLike<number>,
  { size = 2 ** 14, version = 0x0301 } = {}
): Uint8Array => {
  const bytes: number[] = []
  const all = Array.from(message)
  for (let at = 0; at < all.length; at += size) {
    bytes.push(0x16, ...uint16(version), ...vector16(all.slice(at, at + size)))
  }
  return Uint8Array.from(bytes)
}

/** The message with its header, without records. Without `extensions`, even their length is absent. */
export const makeMessage = ({
  legacyVersion = 0x0303,
  sessionId = [] as readonly number[],
  ciphers = [0x1301] as readonly number[],
  extensions = undefined as readonly Given[] | undefined,
} = {}): number[] => {
  const body = [
    ...uint16(legacyVersion),
    ...RANDOM,
    ...vector8(sessionId),
    ...vector16(numbers(ciphers)),
    ...vector8([0]),
    ...(extensions === undefined
      ? []
      : vector16(extensions.flatMap(([type, data]) => [...uint16(type), ...vector16(data)]))),
  ]
  return [CLIENT_HELLO, 0, ...vector16(body)]
}

export const makeHello = (given: Parameters<typeof makeMessage>[0] = {}): Uint8Array =>
  inRecords(makeMessage(given))

/** For tests of the code after the parser. */
export const helloOf = (bytes: Uint8Array): ClientHello => {
  const result = readClientHello(bytes)
  if (result.kind !== 'hello') throw new Error(`no hello: ${JSON.stringify(result)}`)
  return result.hello
}

export const captured = hellos.captured.map((one) => ({ ...one, bytes: fromHex(one.hex) }))
export const published = hellos.published.map((one) => ({ ...one, bytes: fromHex(one.hex) }))
