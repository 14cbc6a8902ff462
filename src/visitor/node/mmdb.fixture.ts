import type { Ip } from '../../lists/ip.ts'
import { parseIp } from '../../lists/ip.ts'

export interface MmdbOptions {
  type?: string
  /** Wide networks come before the narrow ones inside them. */
  networks?: readonly (readonly [cidr: string, record: unknown])[]
  recordSize?: 24 | 28 | 32
  ipVersion?: 4 | 6
  /** Unix time of the build, in seconds. */
  built?: number
  /** Overrides the written metadata. */
  metadata?: Record<string, unknown>
  /** The data section, made by hand. */
  data?: Uint8Array
}

const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')
const SEPARATOR = Buffer.alloc(16)
const MIN_POINTED_CHARS = 3

const uint = (value: number | bigint, bytes: number) =>
  Buffer.from(
    BigInt(value)
      .toString(16)
      .padStart(bytes * 2, '0'),
    'hex'
  )

const head = (type: number, size: number): Buffer => {
  const [code, rest] =
    size < 29 ? [size, 0] : size < 285 ? [29, 1] : size < 65_821 ? [30, 2] : [31, 3]
  const more = uint(rest === 0 ? 0 : size - [0, 29, 285, 65_821][rest]!, rest)
  const first = type > 7 ? [code, type - 7] : [(type << 5) | code]
  return Buffer.concat([Buffer.from(first), rest === 0 ? Buffer.alloc(0) : more])
}

/** A pointer into the data section. */
export const pointer = (to: number): Buffer => {
  if (to < 2_048) return uint((1 << 13) | to, 2)
  if (to < 526_336) return uint((1 << 21) | (1 << 19) | (to - 2_048), 3)
  return Buffer.concat([Buffer.from([0x38]), uint(to, 4)])
}

/** One value; a repeated text becomes a pointer to its first occurrence. */
const encode = (value: unknown, at: number, seen: Map<string, number>): Buffer => {
  if (typeof value === 'string') {
    const known = seen.get(value)
    if (known !== undefined) return pointer(known)
    if (value.length >= MIN_POINTED_CHARS) seen.set(value, at)
    const text = Buffer.from(value)
    return Buffer.concat([head(2, text.length), text])
  }
  if (typeof value === 'boolean') return head(14, value ? 1 : 0)
  if (typeof value === 'bigint') return Buffer.concat([head(9, 8), uint(value, 8)])
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) return Buffer.concat([head(6, 4), uint(value, 4)])
    const double = Buffer.alloc(8)
    double.writeDoubleBE(value)
    return Buffer.concat([head(3, 8), double])
  }
  const entries = Object.entries(value as object)
  const items = Array.isArray(value) ? value : entries.flat()
  let bytes = Array.isArray(value) ? head(11, items.length) : head(7, entries.length)
  for (const item of items) {
    bytes = Buffer.concat([bytes, encode(item, at + bytes.length, seen)])
  }
  return bytes
}

const EMPTY = -1
const leaf = (offset: number) => -2 - offset

const bitOf = (ip: Ip, place: number) =>
  ((place < 32 ? ip.a : place < 64 ? ip.b : place < 96 ? ip.c : ip.d) >>> (31 - (place % 32))) & 1

/** A MaxMind-format database for tests. */
export const mmdb = ({
  type = 'Test',
  networks = [],
  recordSize = 24,
  ipVersion = 6,
  built = 1_700_000_000,
  metadata = {},
  data,
}: MmdbOptions = {}): Buffer => {
  const chunks: Buffer[] = []
  const seen = new Map<string, number>()
  const records = new Map<unknown, number>()
  let length = 0
  const place = (record: unknown): number => {
    const known = records.get(record)
    if (known !== undefined) return known
    const bytes = encode(record, length, seen)
    records.set(record, length)
    chunks.push(bytes)
    length += bytes.length
    return length - bytes.length
  }

  // The two halves of each node alternate.
  const tree = [EMPTY, EMPTY]
  for (const [cidr, record] of networks) {
    const [address = '', prefix] = cidr.split('/')
    const ip = parseIp(address)!
    const skipped = ipVersion === 4 ? 96 : 0
    const last = (ip.family === 4 ? 96 : 0) + Number(prefix) - 1
    let node = 0
    for (let bit = skipped; bit < last; bit++) {
      const half = node * 2 + bitOf(ip, bit)
      const below = tree[half]!
      if (below < 0) {
        tree[half] = tree.length / 2
        tree.push(below, below)
      }
      node = tree[half]!
    }
    tree[node * 2 + bitOf(ip, last)] = leaf(data === undefined ? place(record) : Number(record))
  }

  const nodeCount = tree.length / 2
  const value = (half: number) =>
    half === EMPTY ? nodeCount : half < 0 ? nodeCount + 16 - 2 - half : half
  const nodes = Buffer.alloc((nodeCount * recordSize) / 4)
  for (let i = 0; i < nodeCount; i++) {
    const both =
      (BigInt(value(tree[i * 2]!)) << BigInt(recordSize)) | BigInt(value(tree[i * 2 + 1]!))
    const bytes = uint(both, recordSize / 4)
    if (recordSize === 28) {
      // The upper four bits of both halves share the middle byte.
      const [left, right] = [value(tree[i * 2]!), value(tree[i * 2 + 1]!)]
      uint(left & 0xffffff, 3).copy(bytes, 0)
      bytes[3] = ((left >>> 24) << 4) | (right >>> 24)
      uint(right & 0xffffff, 3).copy(bytes, 4)
    }
    bytes.copy(nodes, (i * recordSize) / 4)
  }
  const facts = {
    node_count: nodeCount,
    record_size: recordSize,
    ip_version: ipVersion,
    database_type: type,
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: BigInt(built),
    description: { en: 'made by a test' },
    ...metadata,
  }
  const known = new Map<string, number>()
  return Buffer.concat([
    nodes,
    SEPARATOR,
    data ?? Buffer.concat(chunks),
    MARKER,
    encode(facts, 0, known),
  ])
}
