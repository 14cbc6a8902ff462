import { parseCidr } from '../lists/cidr.ts'
import { canonicalIp, compareIp, formatIp, parseIp } from '../lists/ip.ts'
import { readListName } from './list-name.ts'
import { inBackticks } from './node.ts'
import type { Problem } from './values.ts'

/** One entry of `ip:` as the language writes it: an item of a set, or the name of a list. */
export type AddressItem =
  | { kind: 'address' | 'network'; item: string }
  | { kind: 'list'; name: string }
  | { kind: 'problem'; problem: NonNullable<Problem> }

const EXPECTED =
  'expected an address, a network like `10.0.0.0/8`, a range `10.0.0.1..10.0.0.9` or a list `$name`'

const bad = (code: string, message: string, help?: string): AddressItem => ({
  kind: 'problem',
  problem: { code, message, ...(help === undefined ? {} : { help }) },
})

const didYouMean = (text: string) => `did you mean \`${text}\`?`

const MAPPED_BITS = 96

/** The edge unwraps IPv4 addresses in IPv6 form when it identifies the visitor, so a rule never sees that form. */
const mappedProblem = (text: string, meant: string) =>
  bad(
    'invalid_ip',
    `${inBackticks(text)} is an IPv4 address in IPv6 form, which never matches: rules see the IPv4 address`,
    didYouMean(meant)
  )

const readNetwork = (text: string): AddressItem => {
  const read = parseCidr(text)
  if (read.ok) {
    const { from: first } = read.range
    const inner = canonicalIp(first)
    return inner !== first && read.prefix >= MAPPED_BITS
      ? mappedProblem(text, `${formatIp(inner)}/${read.prefix - MAPPED_BITS}`)
      : { kind: 'network', item: `${formatIp(first)}/${read.prefix}` }
  }
  if (read.problem === 'host_bits_set') {
    const message = `${inBackticks(text)} has host bits after its prefix`
    const one = text.slice(0, text.indexOf('/'))
    const help = `did you mean \`${read.suggestion}\` or the one address \`${one}\`?`
    return bad('host_bits_set', message, help)
  }
  const expected =
    read.problem === 'prefix_too_long'
      ? `expected a prefix length from 0 to ${text.includes(':') ? 128 : 32} after the slash`
      : EXPECTED
  return bad('invalid_ip', `${inBackticks(text)} is not a network: ${expected}`)
}

const readRange = (text: string): AddressItem => {
  const [first, last, ...rest] = text.split('..').map((part) => parseIp(part))
  if (first === undefined || last === undefined || rest.length > 0) {
    return bad('invalid_ip', `${inBackticks(text)} is not a range of addresses: ${EXPECTED}`)
  }
  if (first.family !== last.family) {
    return bad('invalid_range', `the range ${inBackticks(text)} mixes IPv4 and IPv6`)
  }
  const [from, to] = [canonicalIp(first), canonicalIp(last)]
  if (from !== first && to !== last) {
    return mappedProblem(text, `${formatIp(from)}..${formatIp(to)}`)
  }
  if (compareIp(first, last) > 0) {
    const help = didYouMean(`${formatIp(last)}..${formatIp(first)}`)
    return bad('invalid_range', `the range ${inBackticks(text)} ends before it starts`, help)
  }
  return { kind: 'network', item: `${formatIp(first)}..${formatIp(last)}` }
}

const readList = (text: string): AddressItem => {
  const read = readListName(text)
  return 'problem' in read ? { kind: 'problem', ...read } : { kind: 'list', ...read }
}

/** `192.168.*` as the network it was meant to be. */
const starredNetwork = (text: string): string | undefined => {
  if (!/^\d{1,3}(?:\.\d{1,3}){0,2}(?:\.\*){1,3}$/.test(text)) return undefined
  const parts = text.split('.').filter((part) => part !== '*')
  const padded = [...parts, '0', '0', '0'].slice(0, 4).join('.')
  return `${padded}/${parts.length * 8}`
}

/** Reads one entry of `ip:`. Never throws. */
export const readAddress = (text: string): AddressItem => {
  if (text.startsWith('$')) return readList(text)
  if (text.includes('..')) return readRange(text)
  if (text.includes('/')) return readNetwork(text)
  const ip = parseIp(text)
  if (ip !== undefined) {
    const inner = canonicalIp(ip)
    return inner === ip
      ? { kind: 'address', item: formatIp(ip) }
      : mappedProblem(text, formatIp(inner))
  }
  const dash = text.split(/\s*-\s*/)
  if (dash.length === 2 && dash.every((part) => parseIp(part) !== undefined)) {
    const help = didYouMean(dash.join('..'))
    return bad(
      'invalid_ip',
      `${inBackticks(text)} is not an address: write a range with two dots`,
      help
    )
  }
  if (text.includes('%')) {
    const bare = text.slice(0, text.indexOf('%'))
    const help = parseIp(bare) === undefined ? undefined : didYouMean(bare)
    return bad(
      'invalid_ip',
      `${inBackticks(text)} has a zone id, which visitors' addresses never have`,
      help
    )
  }
  const starred = starredNetwork(text)
  if (starred !== undefined) {
    const message = `${inBackticks(text)} is not an address: write a network with its prefix length`
    return bad('invalid_ip', message, didYouMean(starred))
  }
  return bad('invalid_ip', `${inBackticks(text)} is not an address: ${EXPECTED}`)
}
