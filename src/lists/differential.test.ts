// Compares our parsers with two independent ones: Node's own (isIP, BlockList) and ipaddr.js.
import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { parseCidr } from './cidr.ts'
import { canonicalIp, formatIp, Ip, maxPrefix, parseIp } from './ip.ts'
import { parsePeerAddress } from './peer.ts'

/** Spellings of an IPv6 address: case, leading zeros, the place of `::`, the last two groups as IPv4. */
const spellings = fc
  .tuple(
    fc.tuple(
      ...Array.from({ length: 8 }, () =>
        fc.oneof(fc.constant(0), fc.integer({ max: 0xffff, min: 0 }))
      )
    ),
    fc.boolean(),
    fc.boolean(),
    fc.boolean(),
    fc.nat(7)
  )
  .map(([groups, upper, padded, mixed, from]) => {
    const hex = groups.map((group) => group.toString(16).padStart(padded ? 4 : 1, '0'))
    const [high, low] = [groups[6]!, groups[7]!]
    const tail = `${high >>> 8}.${high & 255}.${low >>> 8}.${low & 255}`
    const parts = mixed ? [...hex.slice(0, 6), tail] : hex
    let to = from
    while (to < (mixed ? 6 : 8) && groups[to] === 0) to++
    const joined =
      to > from
        ? `${parts.slice(0, from).join(':')}::${parts.slice(to).join(':')}`
        : parts.join(':')
    return { groups, text: upper ? joined.toUpperCase() : joined }
  })

describe('every spelling', () => {
  test('of an IPv6 address gives the same address as ipaddr.js, and one canonical text', () => {
    fc.assert(
      fc.property(spellings, ({ groups, text }) => {
        const ip = parseIp(text)!
        const [a, b, c, d] = [0, 2, 4, 6].map((i) => groups[i]! * 0x10000 + groups[i + 1]!)
        expect(ip).toEqual(new Ip(6, a!, b!, c!, d!))
        // It takes `::1.2.3.4` for the mapped address, which RFC 4291 §2.5.5 tells apart.
        if (!/^::\d+\./.test(text)) expect(ipaddr.IPv6.parse(text).parts).toEqual(groups)
        expect(parseIp(formatIp(ip))).toEqual(ip)
        expect(parsePeerAddress(`[${text}]:443`)).toEqual(canonicalIp(ip))
        expect(parsePeerAddress(`${text}%eth0`)).toEqual(canonicalIp(ip))
        const isMapped = a === 0 && b === 0 && c === 0xffff
        if (!isMapped) expect(formatIp(ip)).toBe(new ipaddr.IPv6([...groups]).toRFC5952String())
      }),
      { numRuns: 500 }
    )
  })

  test('of an IPv4 address as a peer gives that address', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.constantFrom('::ffff:', '::FFFF:', '0:0:0:0:0:ffff:', '64:ff9b::'),
        (v4, prefix) => {
          const ip = parseIp(v4)!
          const hex = `${(ip.d >>> 16).toString(16)}:${(ip.d & 0xffff).toString(16)}`
          for (const text of [
            v4,
            `${v4}:80`,
            `${prefix}${v4}`,
            `[${prefix}${hex}]`,
            `${prefix}${hex}%1`,
          ]) {
            expect(parsePeerAddress(text)).toEqual(ip)
          }
        }
      )
    )
  })

  test('of strict IPv4 has four decimal parts for ipaddr.js, too', () => {
    const part = fc.oneof(
      fc.nat(300).map(String),
      fc.constantFrom('00', '01', '010', '0x1', '', '1e1', '٣')
    )
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const text = parts.join('.')
        expect(parseIp(text) !== undefined).toBe(ipaddr.IPv4.isValidFourPartDecimal(text))
      }),
      { numRuns: 2000 }
    )
  })
})

/** IPv4 in its only strict form, and IPv6 in any. */
const addresses = fc.oneof(
  fc.ipV4(),
  spellings.map(({ text }) => text)
)

/** Edits that typing mistakes and attackers make to an address. */
const edits = fc.tuple(
  fc.nat(50),
  fc.nat(2),
  fc.constantFrom(...'0123456789abcdefgxABF.:/-+ \0', '00', '::', '0x', '%1', '１', '256', 'ffff:')
)

/** Valid texts, each with up to three edits. */
const almost = (valid: fc.Arbitrary<string>) =>
  fc.tuple(valid, fc.array(edits, { maxLength: 3 })).map(([text, changes]) =>
    changes.reduce((edited, [at, remove, insert]) => {
      const place = at % (edited.length + 1)
      return edited.slice(0, place) + insert + edited.slice(place + remove)
    }, text)
  )

const bytesOf = ({ family, a, b, c, d }: Ip): number[] =>
  (family === 4 ? [d] : [a, b, c, d]).flatMap((word) => [
    word >>> 24,
    (word >>> 16) & 255,
    (word >>> 8) & 255,
    word & 255,
  ])

const RUNS = { numRuns: 3000 }

describe('address by address', () => {
  test('a text is an address if Node says so, except for zones', () => {
    let taken = 0
    fc.assert(
      fc.property(almost(addresses), (text) => {
        const ip = parseIp(text)
        if (ip !== undefined) taken++
        expect([text, ip?.family ?? 0]).toEqual([text, text.includes('%') ? 0 : isIP(text)])
      }),
      RUNS
    )
    // Both outcomes must occur often, or the comparison would be empty.
    expect(taken).toBeGreaterThan(RUNS.numRuns / 10)
    expect(taken).toBeLessThan(RUNS.numRuns * 0.9)
  })

  test('an accepted text has the same bytes as for ipaddr.js', () => {
    fc.assert(
      fc.property(almost(addresses), (text) => {
        const ip = parseIp(text)
        // It takes `::1.2.3.4` for the mapped address, which RFC 4291 §2.5.5 tells apart.
        if (ip === undefined || /^::\d+\./.test(text)) return
        expect(bytesOf(ip)).toEqual(ipaddr.parse(text).toByteArray())
      }),
      RUNS
    )
  })
})

/** docs/decisions/addresses.md depends on this. If a stricter version fails here, review the decision. */
describe('ipaddr.js accepts, and we reject', () => {
  test.each([
    '0177.0.0.1',
    '0x7f000001',
    '127.1',
    '2130706433',
    '::ffff:0177.0.0.1',
    'fe80::1%eth0',
  ])('the address %s', (text) => {
    expect(ipaddr.isValid(text)).toBe(true)
    expect(parseIp(text)).toBeUndefined()
  })

  test.each(['10/8', '10.0.0.0/08', '012.0.0.0/8', '167772160/8', '10.0.0.1/8'])(
    'the network %s',
    (text) => {
      expect(ipaddr.isValidCIDR(text)).toBe(true)
      expect(parseCidr(text).ok).toBe(false)
    }
  )

  test('an IPv4-compatible address for the IPv4-mapped one', () => {
    expect(ipaddr.parse('::127.0.0.1').toNormalizedString()).toBe('0:0:0:0:0:ffff:7f00:1')
    expect(formatIp(parseIp('::127.0.0.1')!)).toBe('::7f00:1')
    const list = new BlockList()
    list.addAddress('::7f00:1', 'ipv6')
    expect(list.check('::127.0.0.1', 'ipv6')).toBe(true)
  })
})

const networks = fc
  .tuple(addresses, fc.nat(130), fc.boolean())
  .map(([address, prefix, isMasked]) => {
    const ip = ipaddr.parse(address)
    const bits = Math.min(prefix, ip.kind() === 'ipv4' ? 32 : 128)
    if (!isMasked) return `${address}/${prefix}`
    const network =
      ip.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`)
        : ipaddr.IPv6.networkAddressFromCIDR(`${ip.toString()}/${bits}`)
    return `${network.toString()}/${bits}`
  })

/** An independent strict reader, on ipaddr.js' bytes: an address, a slash, a length without leading zeros, no host bits. */
const strictNetwork = (text: string): { bytes: number[]; prefix: number } | undefined => {
  const [address = '', length, more] = text.split('/')
  if (more !== undefined || length === undefined || isIP(address) === 0) return undefined
  if (address.includes('%') || !/^(?:0|[1-9]\d*)$/.test(length)) return undefined
  const bytes = ipaddr.parse(address).toByteArray()
  const prefix = Number(length)
  if (prefix > bytes.length * 8) return undefined
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.slice(prefix).includes('1') ? undefined : { bytes, prefix }
}

describe('network by network', () => {
  test('a text with a slash is a network if the independent strict reader says so', () => {
    let taken = 0
    fc.assert(
      fc.property(almost(networks), (text) => {
        if (!text.includes('/') || /^::\d+\./.test(text)) return
        const read = parseCidr(text)
        if (read.ok) taken++
        expect([
          text,
          read.ok ? { bytes: bytesOf(read.range.from), prefix: read.prefix } : undefined,
        ]).toEqual([text, strictNetwork(text)])
      }),
      RUNS
    )
    expect(taken).toBeGreaterThan(RUNS.numRuns / 10)
    expect(taken).toBeLessThan(RUNS.numRuns * 0.9)
  })

  test("a network contains the same addresses as in Node's BlockList", () => {
    fc.assert(
      fc.property(networks, fc.oneof(fc.ipV4(), fc.ipV6()), (text, other) => {
        const read = parseCidr(text)
        if (!read.ok) return
        const { from, to } = read.range
        const type = from.family === 4 ? 'ipv4' : 'ipv6'
        const list = new BlockList()
        list.addSubnet(formatIp(from), read.prefix, type)
        expect(read.prefix).toBeLessThanOrEqual(maxPrefix(from.family))
        expect([formatIp(from), formatIp(to)].map((ip) => list.check(ip, type))).toEqual([
          true,
          true,
        ])
        const probe = parseIp(other)!
        if (probe.family !== from.family) return
        const isInside = inside(probe, from, to)
        expect([text, other, isInside]).toEqual([text, other, list.check(other, type)])
      }),
      RUNS
    )
  })
})

const inside = (ip: Ip, from: Ip, to: Ip): boolean => {
  const key = (one: Ip) =>
    bytesOf(one)
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
  return key(ip) >= key(from) && key(ip) <= key(to)
}
