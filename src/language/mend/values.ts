import { parseCidr } from '../../lists/cidr.ts'
import { parseIp } from '../../lists/ip.ts'
import type { Type } from '../types.ts'
import type { LooseItem } from './loose.ts'
import { starNetwork } from './networks.ts'

/** An item in the language's spelling, and the reason for the change. */
export interface MendedItem {
  readonly text: string
  readonly reason?: string
  /** True for a value that only a set can contain: a network, a range. */
  readonly isMany?: boolean
}

const ESCAPES = /^(?:[^\\]|\\(?:["\\]|x[\da-f]{2}|[0-3][0-7]{2}))*$/is

const raw = (text: string): string => {
  const hashes = text.includes('"') ? '#' : ''
  return `r${hashes}"${text}"${hashes}`
}

const bytesItem = (item: LooseItem, isPattern: boolean): MendedItem | undefined => {
  if (item.quotes === 'raw') return { text: item.text }
  if (item.quotes === 'double') {
    return isPattern || ESCAPES.test(item.inner)
      ? { text: item.text }
      : { text: raw(item.inner), reason: 'r"…" keeps each backslash' }
  }
  const regex = isPattern ? /^\/(.+)\/(i?)$/s.exec(item.inner) : null
  if (regex !== null) {
    const [, pattern = '', flag] = regex
    const text = `${flag === 'i' ? '(?i)' : ''}${pattern.replaceAll('\\/', '/')}`
    return { text: raw(text), reason: 'a pattern is a string' }
  }
  if (item.quotes === 'none' && /^(?:null|nil|none|undefined|empty)$/i.test(item.inner)) {
    return { text: '""', reason: 'the language has no null: an empty value is ""' }
  }
  const text = isPattern ? raw(item.inner) : `"${item.inner.replace(/["\\]/g, '\\$&')}"`
  return { text, reason: 'strings take double quotes' }
}

const INT_RANGE = /^(-?\d+)\s*(?:\.{2,3}|-|–|—|\bto\b)\s*(-?\d+)$/

const intItem = ({ inner, quotes }: LooseItem): MendedItem | undefined => {
  const asn = /^as\s?(\d{1,10})$/i.exec(inner)?.[1]
  if (asn !== undefined) return { text: asn, reason: 'an AS number has no `AS`' }
  const reason = quotes === 'none' ? {} : { reason: 'numbers have no quotes' }
  if (/^-?\d+$/.test(inner)) return { text: inner, ...reason }
  const range = INT_RANGE.exec(inner)
  if (range === null) return undefined
  const [, from, to] = range
  const isRight = quotes === 'none' && inner === `${from}..${to}`
  const why = isRight ? {} : { reason: 'a range is written with two dots' }
  return { text: `${from}..${to}`, isMany: true, ...why }
}

const ADDRESS_RANGE = /^([\da-f.:]+?)\s*(?:\.{2,3}|-|–|—|\bto\b)\s*([\da-f.:]+)$/i

/** The last address of `10.0.0.1-9` and of `10.0.0.1-10.0.0.9`. */
const lastAddress = (first: string, last: string) =>
  /^\d{1,3}$/.test(last) ? first.replace(/\d+$/, last) : last

const ipItem = ({ inner: given, quotes }: LooseItem): MendedItem | undefined => {
  const inner = given.trim()
  const quoted = quotes === 'none' ? {} : { reason: 'addresses have no quotes' }
  if (parseIp(inner) !== undefined) return { text: inner, ...quoted }
  const cidr = parseCidr(inner)
  if (cidr.ok) return { text: inner, isMany: true, ...quoted }
  if (cidr.suggestion !== undefined) {
    const reason = 'CIDR has host bits set'
    return { text: cidr.suggestion, isMany: true, reason }
  }
  const network = starNetwork(inner)
  if (network !== undefined) {
    return { text: network, isMany: true, reason: 'a network is written as CIDR' }
  }
  const [, first = '', second = ''] = ADDRESS_RANGE.exec(inner) ?? []
  const last = lastAddress(first, second)
  if (parseIp(first) === undefined || parseIp(last) === undefined) return undefined
  const isRight = quotes === 'none' && inner === `${first}..${last}`
  const why = isRight ? {} : { reason: 'a range is written with two dots' }
  return { text: `${first}..${last}`, isMany: true, ...why }
}

/** Writes an item in the type of the left side. `undefined` if the item cannot have that type. */
export const mendItem = (
  item: LooseItem,
  type: Type,
  isPattern: boolean
): MendedItem | undefined => {
  switch (type.kind) {
    case 'Bytes':
      return bytesItem(item, isPattern)
    case 'Int':
      return intItem(item)
    case 'Ip':
      return ipItem(item)
    default:
      return undefined
  }
}
