import type { Ip, IpRange } from './ip.ts'
import { formatIp, ipEquals, maxPrefix, networkOf, parseIp } from './ip.ts'

export type CidrProblem = 'not_an_address' | 'prefix_too_long' | 'host_bits_set'

export type ParsedCidr =
  | { ok: true; range: IpRange; prefix: number }
  | { ok: false; problem: CidrProblem; message: string; suggestion?: string }

const PREFIX = /^(?:0|[1-9]\d{0,2})$/

/**
 * Parses `192.0.2.0/24`, `2001:db8::/32` or a single address, strictly.
 *
 * @returns the range, or the problem; if host bits are set, also the network that was probably meant
 * @example parseCidr('10.0.0.1/8') // { ok: false, problem: 'host_bits_set', suggestion: '10.0.0.0/8', … }
 */
export const parseCidr = (text: string): ParsedCidr => {
  const slash = text.indexOf('/')
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash))
  if (ip === undefined) {
    return {
      ok: false,
      problem: 'not_an_address',
      message: `"${text}" is not an IP address or a CIDR network`,
    }
  }
  const max = maxPrefix(ip.family)
  if (slash < 0) return { ok: true, range: { from: ip, to: ip }, prefix: max }
  const bits = text.slice(slash + 1)
  if (!PREFIX.test(bits) || Number(bits) > max) {
    return {
      ok: false,
      problem: 'prefix_too_long',
      message: `"${text}": expected a prefix length from 0 to ${max} after the slash`,
    }
  }
  return withoutHostBits(text, ip, Number(bits))
}

const withoutHostBits = (text: string, ip: Ip, prefix: number): ParsedCidr => {
  const range = networkOf(ip, prefix)
  if (ipEquals(range.from, ip)) return { ok: true, range, prefix }
  const suggestion = `${formatIp(range.from)}/${prefix}`
  return {
    ok: false,
    problem: 'host_bits_set',
    message: `"${text}" has host bits set: did you mean ${suggestion}?`,
    suggestion,
  }
}
