import type { Lists } from '../language/compile.ts'
import { valueFromJson } from '../language/json.ts'
import { BYTES, INT } from '../language/types.ts'
import { parseCidr } from '../lists/cidr.ts'
import { HostnameSet } from '../lists/hostnames.ts'
import type { IpRange } from '../lists/ip.ts'
import { compareIp, parseIp } from '../lists/ip.ts'
import { buildIpSet } from '../lists/ipset.ts'
import { isObject, wrongCase } from './problem.ts'

const readRange = (entry: unknown, place: string): IpRange => {
  const expected = 'an address, a CIDR network or a range a..b'
  if (typeof entry !== 'string') throw wrongCase(place, entry, expected)
  const [first = '', last] = entry.split('..')
  if (last !== undefined) {
    const [from, to] = [parseIp(first), parseIp(last)]
    if (from === undefined || to === undefined || !(compareIp(from, to) <= 0)) {
      throw wrongCase(place, entry, expected)
    }
    return { from, to }
  }
  const read = parseCidr(entry)
  if (!read.ok) throw wrongCase(place, entry, `${expected} (${read.message})`)
  return read.range
}

/** Lists of one kind by name, each made by `build` from its entries. */
const readKind = <Set>(
  json: unknown,
  kind: string,
  build: (entries: readonly unknown[], place: string) => Set
): ((name: string) => Set | undefined) => {
  if (json === undefined || json === null) return () => undefined
  if (!isObject(json)) throw wrongCase(`lists.${kind}`, json, 'an object of arrays by list name')
  const sets = new Map(
    Object.entries(json).map(([name, entries]) => {
      const place = `lists.${kind}["${name}"]`
      if (!Array.isArray(entries)) throw wrongCase(place, entries, 'an array')
      return [name.replace(/^\$/, ''), build(entries, place)]
    })
  )
  return (name) => sets.get(name)
}

/**
 * Returns the lists of a case.
 *
 * @param others lists for names that the case does not define
 * @throws EdgeError `wrong_case`, `wrong_value`
 */
export const readLists = (json: unknown, others: Lists = {}): Lists => {
  if (json === undefined || json === null) return others
  if (!isObject(json))
    throw wrongCase('lists', json, 'an object with "ip", "int", "string" or "hostname"')
  const own = {
    ip: readKind(json.ip, 'ip', (entries, place) =>
      buildIpSet(entries.map((entry, i) => readRange(entry, `${place}[${i}]`)))
    ),
    int: readKind(json.int, 'int', (entries, place) => {
      const ints = new Set(entries.map((entry, i) => valueFromJson(INT, entry, `${place}[${i}]`)))
      return { has: (int: number | bigint) => ints.has(int) }
    }),
    hostname: readKind(json.hostname, 'hostname', (entries, place) => {
      const hosts = new HostnameSet()
      for (const [i, entry] of entries.entries()) {
        if (typeof entry !== 'string' || !hosts.add(entry)) {
          throw wrongCase(`${place}[${i}]`, entry, 'a host name, or *. and a host name')
        }
      }
      return { has: (bytes: string) => hosts.has(bytes), kind: 'hostname' as const }
    }),
    string: readKind(json.string, 'string', (entries, place) => {
      const texts = new Set(
        entries.map((entry, i) => valueFromJson(BYTES, entry, `${place}[${i}]`))
      )
      return { has: (bytes: string) => texts.has(bytes) }
    }),
  }
  return {
    ip: (name) => own.ip(name) ?? others.ip?.(name),
    int: (name) => own.int(name) ?? others.int?.(name),
    string: (name) => own.hostname(name) ?? own.string(name) ?? others.string?.(name),
  }
}
