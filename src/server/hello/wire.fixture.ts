// Hostile bytes for the parsers of this listener, and the properties of each result; scripts/fuzz-wire.mjs runs a million
// of them.
import { MAX_PROXY_HEADER_BYTES, readProxyHeader } from '../proxy-protocol.ts'
import { helloFields, ja3, ja4 } from './fingerprint.ts'
import { bytesOf, captured, fromHex, inRecords, published } from './hello.fixture.ts'
import { MAX_HELLO_BYTES, readClientHello } from './read.ts'

/** Whole numbers below a bound; the same seed gives the same numbers. */
export type Random = (below: number) => number

/** xorshift32 */
export const randomOf = (seed: number): Random => {
  let state = seed ^ 0x9e3779b9 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const CUTS = 4
const MAX_EDITS = 6
/** Lengths that break parsers. */
const TELLING_BYTES = [0, 1, 2, 3, 4, 0x0a, 0x0d, 0x10, 0x16, 0x20, 0x40, 0x7f, 0x80, 0xfe, 0xff]
const HEADER_BYTES = 9

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!
const randomBytes = (random: Random, length: number): number[] =>
  Array.from({ length }, () => random(256))

const edited = (random: Random, bytes: Uint8Array): Uint8Array => {
  let list = Array.from(bytes)
  for (let edits = random(MAX_EDITS); edits > 0; edits--) {
    const at = random(list.length + 1)
    const length = random(20)
    switch (random(8)) {
      case 0:
        if (at < list.length) list[at]! ^= 1 << random(8)
        break
      case 1:
      case 2:
        if (at < list.length) list[at] = pick(random, TELLING_BYTES)
        break
      case 3:
        list.splice(at, length)
        break
      case 4:
        list.splice(at, 0, ...randomBytes(random, length))
        break
      case 5: {
        const from = random(list.length + 1)
        list.splice(at, 0, ...list.slice(from, from + length * 8))
        break
      }
      case 6:
        list = list.slice(0, at)
        break
      default:
        list.push(...randomBytes(random, length))
    }
  }
  return Uint8Array.from(list)
}

const HELLOS = [...captured, ...published].map(({ bytes }) => bytes)

/** Damages the content but keeps the framing correct: this gets further than damage at any place. */
const reframed = (random: Random, bytes: Uint8Array): Uint8Array => {
  const body = edited(random, bytes.subarray(HEADER_BYTES))
  const size = pick(random, [1, 2, 3, 5, 64, 500, 2 ** 14, 2 ** 14, 2 ** 14])
  return inRecords([1, body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff, ...body], {
    size,
  })
}

const ALMOST_TLS = fromHex('16030140000100fffc0303')
const ALMOST_SSL2 = fromHex('802e0103')

/** Bytes at the start of a connection that should send a ClientHello. */
export const helloCase = (random: Random): Uint8Array => {
  const hello = pick(random, HELLOS)
  switch (random(16)) {
    case 0:
      return Uint8Array.from(randomBytes(random, random(100)))
    case 1:
      return Uint8Array.from([...ALMOST_TLS, ...randomBytes(random, random(200))])
    case 2:
      return Uint8Array.from([...ALMOST_SSL2, ...randomBytes(random, random(10))])
    case 3: {
      // Sometimes beyond the bound.
      if (random(64) > 0) return edited(random, hello)
      const long = new Uint8Array(MAX_HELLO_BYTES + 1 - random(3))
      long.set(ALMOST_TLS)
      return long
    }
    case 4:
      return hello.subarray(0, random(hello.length + 1))
    case 5:
    case 6:
    case 7:
      return edited(random, hello)
    default:
      return reframed(random, hello)
  }
}

const SIGNATURE = fromHex('0d0a0d0a000d0a515549540a')
const LINES = [
  'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n',
  'PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 1 65535\r\n',
  'PROXY UNKNOWN\r\n',
].map(bytesOf)
const ADDRESS_BYTES = [0, 12, 36, 216]

const binaryHeader = (random: Random): number[] => {
  const family = random(5)
  const body = randomBytes(random, (ADDRESS_BYTES[family] ?? 0) + (random(8) > 0 ? 0 : random(40)))
  for (let parts = random(4); parts > 0; parts--) {
    const value = randomBytes(random, pick(random, [0, 1, 4, 4, 30, random(300)]))
    body.push(pick(random, [1, 2, 3, 4, 5, 0x20, 0xea, random(256)]), 0, value.length, ...value)
  }
  const length = body.length + (random(8) > 0 ? 0 : random(300) - 10)
  const command = pick(random, [0x20, 0x21, 0x21, 0x21, random(256)])
  return [
    ...SIGNATURE,
    command,
    family * 16 + random(3),
    (length >> 8) & 0xff,
    length & 0xff,
    ...body,
  ]
}

/** Bytes at the start of a connection that should send a PROXY header. */
export const proxyCase = (random: Random): Uint8Array => {
  const line = pick(random, LINES)
  switch (random(8)) {
    case 0:
      return Uint8Array.from(randomBytes(random, random(120)))
    case 1:
      return Uint8Array.from([...bytesOf('PROXY '), ...randomBytes(random, random(120))])
    case 2:
      return Uint8Array.from([...SIGNATURE, ...randomBytes(random, random(300))])
    case 3:
    case 4:
      return edited(random, line)
    case 5:
      return edited(random, Uint8Array.from(binaryHeader(random)))
    default:
      return Uint8Array.from(binaryHeader(random))
  }
}

const JA4 = /^t(?:00|1[0-3]|s[23])[di]\d\d\d\d[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/
const JA3 = /^\d+(?:,(?:\d+(?:-\d+)*)?){4}$/

/** A result as text. */
const helloText = (bytes: Uint8Array): string => {
  const result = readClientHello(bytes)
  if (result.kind !== 'hello') return JSON.stringify(result)
  const { hello, length } = result
  const { extensions, ...rest } = hello
  return JSON.stringify([length, rest, extensions.map(({ type, data }) => [type, data.length])])
}

const helloProblem = (bytes: Uint8Array): string | undefined => {
  const result = readClientHello(bytes)
  if (result.kind !== 'hello') return undefined
  if (result.length > bytes.length) return 'length of more than there is'
  if (!JA3.test(ja3(result.hello).text)) return `JA3 ${ja3(result.hello).text}`
  if (!JA4.test(ja4(result.hello))) return `JA4 ${ja4(result.hello)}`
  const fields = Object.values(helloFields(result.hello))
  return fields.every((value) => typeof value === 'number' || typeof value === 'string')
    ? undefined
    : 'a field without a value'
}

const proxyProblem = (bytes: Uint8Array): string | undefined => {
  const result = readProxyHeader(bytes)
  if (result.kind !== 'header') return undefined
  if (result.length > bytes.length) return 'length of more than there is'
  return (result.source === undefined) === (result.destination === undefined)
    ? undefined
    : 'half of the addresses'
}

export interface Parser {
  readonly make: (random: Random) => Uint8Array
  readonly text: (bytes: Uint8Array) => string
  readonly problem: (bytes: Uint8Array) => string | undefined
  readonly limit: number
}

export const parsers: Readonly<Record<'hello' | 'proxy', Parser>> = {
  hello: { make: helloCase, text: helloText, problem: helloProblem, limit: MAX_HELLO_BYTES },
  proxy: {
    make: proxyCase,
    text: (bytes) => JSON.stringify(readProxyHeader(bytes)),
    problem: proxyProblem,
    limit: MAX_PROXY_HEADER_BYTES,
  },
}

const MORE = JSON.stringify({ kind: 'more' })

/**
 * The problem of a parser with these bytes: it throws, wants more than its limit, or returns something else if the bytes
 * come in segments or other bytes follow. `undefined` if there is no problem.
 */
export const wireProblem = (
  { text, problem, limit }: Parser,
  bytes: Uint8Array,
  random: Random
): string | undefined => {
  try {
    const whole = text(bytes)
    if (whole === MORE && bytes.length >= limit) return 'more is wanted beyond the limit'
    for (let cuts = CUTS; cuts > 0; cuts--) {
      const part = text(bytes.subarray(0, random(bytes.length + 1)))
      if (part !== MORE && part !== whole) return `in segments: ${part}, whole: ${whole}`
    }
    if (whole === MORE) return undefined
    const longer = text(Uint8Array.from([...bytes, ...randomBytes(random, 5)]))
    return longer === whole ? problem(bytes) : `with more behind it: ${longer}, whole: ${whole}`
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : error}`
  }
}
