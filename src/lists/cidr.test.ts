import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { parseCidr } from './cidr.ts'
import { formatIp } from './ip.ts'

const shown = (text: string) => {
  const read = parseCidr(text)
  return read.ok ? [formatIp(read.range.from), formatIp(read.range.to), read.prefix] : read
}

describe('parseCidr', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.0', '192.0.2.255', 24],
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255', 0],
    ['192.0.2.1/32', '192.0.2.1', '192.0.2.1', 32],
    ['192.0.2.1', '192.0.2.1', '192.0.2.1', 32],
    ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 32],
    ['2001:DB8::/127', '2001:db8::', '2001:db8::1', 127],
    ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 0],
    ['::1', '::1', '::1', 128],
    ['::ffff:10.0.0.0/104', '::ffff:10.0.0.0', '::ffff:10.255.255.255', 104],
  ])('%s is %s to %s', (text, from, to, prefix) => {
    expect(shown(text)).toEqual([from, to, prefix])
  })

  test.each([
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['1.2.3.4/24', '1.2.3.0/24'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['2001:DB8:0:0::F/64', '2001:db8::/64'],
  ])('%s has host bits: %s was meant', (text, suggestion) => {
    expect(shown(text)).toEqual({
      ok: false,
      problem: 'host_bits_set',
      message: `"${text}" has host bits set: did you mean ${suggestion}?`,
      suggestion,
    })
    expect(parseCidr(suggestion).ok).toBe(true)
  })

  test.each([
    ['10.0.0.0/33', 32],
    ['10.0.0.0/', 32],
    ['10.0.0.0/-1', 32],
    ['10.0.0.0/08', 32],
    ['10.0.0.0/8.0', 32],
    ['10.0.0.0/8 ', 32],
    ['10.0.0.0/8/8', 32],
    ['10.0.0.0/1e1', 32],
    ['10.0.0.0/255.0.0.0', 32],
    ['10.0.0.0/٨', 32],
    ['::/129', 128],
    ['::/9999999999', 128],
  ])('%j has no prefix length', (text, max) => {
    expect(shown(text)).toEqual({
      ok: false,
      problem: 'prefix_too_long',
      message: `"${text}": expected a prefix length from 0 to ${max} after the slash`,
    })
  })

  test.each([
    '',
    '/',
    '/8',
    '10/8',
    '10.0.0/24',
    '010.0.0.0/8',
    ' 10.0.0.0/8',
    '10.0.0.0 /8',
    'fe80::%eth0/64',
    '[::1]/128',
    'foo',
  ])('%j is not a network', (text) => {
    expect(shown(text)).toEqual({
      ok: false,
      problem: 'not_an_address',
      message: `"${text}" is not an IP address or a CIDR network`,
    })
  })

  test('agrees with ipaddr.js on first and last address', () => {
    const text = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
    )
    fc.assert(
      fc.property(text, ([address, prefix]) => {
        const parser = address.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4
        const network = parser.networkAddressFromCIDR(`${address}/${prefix}`).toNormalizedString()
        const read = parseCidr(`${network}/${prefix}`)
        if (!read.ok) throw new Error(read.message)
        const last = ipaddr.parse(formatIp(read.range.to))
        const [net, bits] = ipaddr.parseCIDR(`${network}/${prefix}`)
        expect(ipaddr.parse(formatIp(read.range.from)).toNormalizedString()).toBe(network)
        expect(last.match([net, bits] as never)).toBe(true)
      })
    )
  })
})
