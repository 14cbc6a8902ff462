import { parseIp } from '../../lists/ip.ts'
import { readText } from './address.ts'
import type { ColumnKind } from './columns.ts'
import { columnKind } from './columns.ts'
import { unixDay } from './date.ts'
import type { Entries } from './entries.ts'
import { MAX_LINE_BYTES, textOf } from './lines.ts'
import type { FeedReader } from './reader.ts'

const EXPECTED = 'a JSON object with cidr, ip, start and end, asn or hostname'

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Feeds have the same few names on each line; only unusual ones have many. */
const MAX_KNOWN_NAMES = 256

const memberReader = () => {
  const kinds = new Map<string, ColumnKind | undefined>()
  const kindOf = (name: string) => {
    if (kinds.has(name)) return kinds.get(name)
    if (kinds.size === MAX_KNOWN_NAMES) kinds.clear()
    const kind = columnKind(name)
    kinds.set(name, kind)
    return kind
  }
  return (object: Record<string, unknown>) => {
    const members: Partial<Record<ColumnKind, unknown>> = {}
    for (const name in object) {
      const kind = kindOf(name)
      if (kind !== undefined) members[kind] ??= object[name]
    }
    return members
  }
}

const scoreOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && number >= 0 ? number : undefined
}

/** JSON objects, one on each line: Spamhaus' DROP and ASN-DROP with their line of metadata. */
export const jsonlReader = (entries: Entries): FeedReader => {
  const membersOf = memberReader()
  let date = ''

  const readMembers = (object: Record<string, unknown>): boolean => {
    const { start, end, network, address, asn, score, hostname } = membersOf(object)
    const number = scoreOf(score)
    if (typeof start === 'string' && typeof end === 'string') {
      const [from, to] = [parseIp(start), parseIp(end)]
      return from !== undefined && to !== undefined && entries.addRange(from, to, number)
    }
    const text = network ?? address
    if (typeof text === 'string') return readText(text, entries, number)
    if (asn === undefined && typeof hostname === 'string') return entries.addHost(hostname)
    return entries.addAsn(String(asn ?? ''))
  }

  return {
    commentsBehind: false,
    get date() {
      return date
    },
    read: (bytes, from, to) => {
      const object = parseObject(textOf(bytes, from, to, MAX_LINE_BYTES))
      if (object === undefined) return EXPECTED
      if (object.type === 'metadata') {
        date = unixDay(object.timestamp)
        return undefined
      }
      return readMembers(object) ? undefined : EXPECTED
    },
  }
}
