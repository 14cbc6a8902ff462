import { EdgeError } from '../error.ts'
import { parseAsn } from './asn.ts'
import { parseCidr } from './cidr.ts'
import { HostnameSet } from './hostnames.ts'
import type { Ip, IpRange } from './ip.ts'
import { canonicalIp, compareIp, parseIp } from './ip.ts'
import type { PackedRanges } from './ipset.ts'
import { ipSetOf, packRanges } from './ipset.ts'
import type { ListKind, NamedLists } from './kind.ts'
import { KIND_NAMES } from './kind.ts'
import { RangeBuffer } from './ranges.ts'

/** A list as the owner writes it: its entries, or its kind and its entries. Without a kind, the first entry determines it. */
export type ListEntries =
  | readonly (string | number)[]
  | { readonly kind: ListKind; readonly items: readonly (string | number)[] }

/** The entries of a list as typed arrays and sets, which threads can exchange. */
export type PreparedList =
  | { readonly kind: 'ip'; readonly ranges: PackedRanges }
  | { readonly kind: 'asn'; readonly numbers: Set<number> }
  | { readonly kind: 'hostname'; readonly names: Set<string>; readonly parents: Set<string> }
  /** The texts are binary strings, as in the Rules language. */
  | { readonly kind: 'string'; readonly texts: Set<string> }

const EXPECTED: Readonly<Record<ListKind, string>> = {
  ip: 'an IP address, a CIDR network or a range a..b',
  asn: 'the number of an autonomous system, as AS64496',
  hostname: 'a host name, or *. and a host name',
  string: 'a text',
}

const encoder = new TextEncoder()

const LIST_NAME = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*$/
const MAX_SHOWN_CHARS = 64

const quoted = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text
}

/** Rules compare canonical addresses, so a range of IPv4-mapped addresses becomes the IPv4 range. */
const canonicalRange = ({ from, to }: IpRange): IpRange => {
  const [first, last] = [canonicalIp(from), canonicalIp(to)]
  return first.family === last.family ? { from: first, to: last } : { from, to }
}

const readRange = (text: string): IpRange | undefined => {
  if (!text.includes('..')) {
    const read = parseCidr(text)
    return read.ok ? canonicalRange(read.range) : undefined
  }
  const [from, to, more] = text.split('..').map((part) => parseIp(part))
  if (from === undefined || to === undefined || more !== undefined) return undefined
  return compareIp(from, to) <= 0 ? canonicalRange({ from, to }) : undefined
}

/** Builds a list from its entries. */
interface ListBuilder {
  /** Adds an entry. Returns false if the entry has another kind. */
  add(entry: unknown): boolean
  done(): PreparedList
}

const addresses = (): ListBuilder => {
  const ranges = new RangeBuffer()
  return {
    add: (entry) => {
      const range = typeof entry === 'string' ? readRange(entry) : undefined
      if (range !== undefined) ranges.add(range)
      return range !== undefined
    },
    done: () => ({ kind: 'ip', ranges: packRanges(ranges) }),
  }
}

const systems = (): ListBuilder => {
  const numbers = new Set<number>()
  return {
    add: (entry) => {
      const number = parseAsn(String(entry))
      if (number !== undefined) numbers.add(number)
      return number !== undefined
    },
    done: () => ({ kind: 'asn', numbers }),
  }
}

const hostnames = (): ListBuilder => {
  const hosts = new HostnameSet()
  return {
    add: (entry) => typeof entry === 'string' && hosts.add(entry),
    done: () => ({ kind: 'hostname', names: hosts.names, parents: hosts.parents }),
  }
}

/** The Rules language compares bytes, so texts become binary strings. */
const texts = (): ListBuilder => {
  const all = new Set<string>()
  return {
    add: (entry) => {
      if (typeof entry !== 'string' && typeof entry !== 'number') return false
      let bytes = ''
      for (const byte of encoder.encode(String(entry))) bytes += String.fromCharCode(byte)
      all.add(bytes)
      return true
    },
    done: () => ({ kind: 'string', texts: all }),
  }
}

const BUILDERS: Readonly<Record<ListKind, () => ListBuilder>> = {
  ip: addresses,
  asn: systems,
  hostname: hostnames,
  string: texts,
}

/**
 * Returns the kind of an entry. `AS64496` is a valid host name as well, so `asn` comes first. Returns `undefined` for other texts:
 * most of them are mistakes, so a list of texts needs an explicit `kind`.
 */
const kindOf = (entry: unknown): ListKind | undefined =>
  (['asn', 'ip', 'hostname'] as const).find((kind) => BUILDERS[kind]().add(entry))

const wrong = (name: string, problem: string) =>
  new EdgeError('invalid_list', `list $${name}: ${problem}`)

/** Rules write `$office`, and lists are declared without the `$`. */
const wrongName = (name: string): EdgeError => {
  const bare = name.replace(/^\$/, '').toLowerCase().replaceAll('-', '_')
  const meant = bare !== name && LIST_NAME.test(bare) ? `: did you mean ${bare}?` : ''
  return new EdgeError(
    'invalid_list',
    `list name ${quoted(name)}: expected a–z, 0–9 and _, without a $${meant}`
  )
}

/**
 * Reads the entries of a list.
 *
 * @throws EdgeError `invalid_list` with the names of the list and the entry
 */
export const prepareList = (name: string, list: ListEntries): PreparedList => {
  const given = (Array.isArray(list) ? { items: list } : (list ?? {})) as {
    kind?: ListKind
    items: unknown
  }
  if (!LIST_NAME.test(name)) throw wrongName(name)
  if (given.kind !== undefined && !Object.hasOwn(KIND_NAMES, given.kind)) {
    throw wrong(name, `kind ${quoted(given.kind)}: expected ip, asn, hostname or string`)
  }
  if (!Array.isArray(given.items)) {
    throw wrong(name, 'expected an array of entries, or { kind, items }')
  }
  const [first] = given.items
  const kind = given.kind ?? kindOf(first)
  if (kind === undefined) {
    const problem =
      first === undefined
        ? 'it is empty: expected a kind, as in { kind: "ip", items: [] }'
        : undefined
    throw wrong(
      name,
      problem ??
        `${quoted(first)}: expected ${EXPECTED.ip}; or ${EXPECTED.asn}; or ${EXPECTED.hostname}; other texts need kind: string`
    )
  }
  const builder = BUILDERS[kind]()
  for (const item of given.items) {
    if (!builder.add(item)) {
      throw wrong(
        name,
        `${quoted(item)}: expected ${EXPECTED[kind]}, as it is a list of ${KIND_NAMES[kind]}`
      )
    }
  }
  return builder.done()
}

/** A list that rules can use. */
interface OpenList<Kind, Value> {
  readonly kind: Kind
  /** The entries, for passing the list to another thread. */
  readonly prepared: PreparedList
  has(value: Value): boolean
}

/** Returns lists for rules from prepared entries, by list name. */
export const openLists = (record: Readonly<Record<string, PreparedList>>): NamedLists<Ip> => {
  const ip = new Map<string, OpenList<'ip', Ip>>()
  const int = new Map<string, OpenList<'asn', number | bigint>>()
  const string = new Map<string, OpenList<'hostname' | 'string', string>>()
  for (const [name, prepared] of Object.entries(record)) {
    if (prepared.kind === 'ip') {
      const set = ipSetOf(prepared.ranges)
      ip.set(name, { kind: 'ip', prepared, has: (one) => set.has(one) })
    } else if (prepared.kind === 'asn') {
      const { numbers } = prepared
      int.set(name, { kind: 'asn', prepared, has: (one) => numbers.has(Number(one)) })
    } else if (prepared.kind === 'string') {
      const { texts: all } = prepared
      string.set(name, { kind: 'string', prepared, has: (one) => all.has(one) })
    } else {
      const set = new HostnameSet(prepared.names, prepared.parents)
      string.set(name, { kind: 'hostname', prepared, has: (one) => set.has(one) })
    }
  }
  return {
    ip: (name) => ip.get(name),
    int: (name) => int.get(name),
    string: (name) => string.get(name),
  }
}

/** Returns the entries of a list that `openLists` returned, or `undefined` for other lists. */
export const preparedOf = (list: object | undefined): PreparedList | undefined =>
  (list as Partial<OpenList<unknown, never>> | undefined)?.prepared

/**
 * Creates lists for rules from their entries. Each list has one kind.
 *
 * @throws EdgeError `invalid_list` with the names of the list and the entry
 * @example listsOf({ office: ['192.0.2.0/24'], hosting: ['AS24940'], shops: ['*.shop.test'] })
 */
export const listsOf = (record: Readonly<Record<string, ListEntries>>): NamedLists<Ip> =>
  openLists(
    Object.fromEntries(
      Object.entries(record).map(([name, list]) => [name, prepareList(name, list)])
    )
  )
