import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { read, verdict } from '../language/given.fixture.ts'
import { loadRules } from '../rules/load.ts'
import { createVisitors } from '../visitor/identify.ts'
import { parseCidr } from './cidr.ts'
import { HOSTILE, HOSTILE_NETWORKS } from './hostile.fixture.ts'
import { canonicalIp, formatIp, Ip, parseIp } from './ip.ts'
import { parsePeerAddress } from './peer.ts'

const PROXY = '10.0.0.1'
const PEERLESS = '203.0.113.250'

const format = (ip: Ip | undefined) => (ip === undefined ? undefined : formatIp(ip))

/** Who asks, as a trusted proxy that sends this header tells it. */
const forwarded = (name: string, value: string) =>
  createVisitors({ trust: [PROXY] }).identify((asked) => (asked === name ? value : undefined), {
    remoteAddress: PROXY,
  })

const overridden = (value: string) =>
  createVisitors({ overrides: true }).identify(
    (asked) => (asked === 'x-edge-ip' ? value : undefined),
    { remoteAddress: '127.0.0.1' }
  )

const rows = HOSTILE.map((row) => [row.what, row.text, row] as const)

describe.each(rows)('%s: %j', (_what, text, { ip, peer }) => {
  test('as an address', () => {
    expect(format(parseIp(text))).toBe(ip)
  })

  test('as a peer', () => {
    expect(format(parsePeerAddress(text))).toBe(peer)
  })

  test('as a network', () => {
    const cidr = parseCidr(text)
    expect(cidr.ok ? [format(cidr.range.from), format(cidr.range.to)] : undefined).toEqual(
      ip === undefined ? undefined : [ip, ip]
    )
  })

  test('in X-Forwarded-For', () => {
    const visitor = forwarded('x-forwarded-for', `${PEERLESS}, ${text}`)
    const trimmed = format(parsePeerAddress(text.trim()))
    expect(trimmed).toBe(peer ?? trimmed)
    expect(visitor.ipText).toBe(trimmed ?? PEERLESS)
    expect(visitor.notes).toHaveLength(trimmed === undefined ? 1 : 0)
  })

  test('in Forwarded, quoted', () => {
    const quoted = `"${text.replaceAll(/["\\]/g, '\\$&')}"`
    const visitor = forwarded('forwarded', `for=${PEERLESS}, for=${quoted}`)
    expect(visitor.ipText).toBe(peer ?? PEERLESS)
    expect(visitor.notes).toHaveLength(peer === undefined ? 1 : 0)
  })

  test('in CF-Connecting-IP', () => {
    expect(forwarded('cf-connecting-ip', text).ipText).toBe(
      format(parsePeerAddress(text.trim())) ?? PROXY
    )
  })

  test('as a test override', () => {
    const visitor = overridden(text)
    const read = parseIp(text.trim())
    expect(visitor.ipText).toBe(read === undefined ? '127.0.0.1' : format(canonicalIp(read)))
    expect(visitor.overrideProblems).toHaveLength(read === undefined ? 1 : 0)
  })

  test('as `ip:` of a rule', () => {
    const load = () => {
      const rule = { name: 'x', action: 'block', when: { ip: text } }
      return loadRules([{ file: 'x.json', text: JSON.stringify({ rules: [rule] }) }])
    }
    if (ip === undefined) {
      expect(load).toThrow(expect.objectContaining({ code: 'invalid_rules' }))
    } else if (ip === peer) {
      expect(load().rules[0]!.expression.source).toBe(`ip.src eq ${ip}`)
    } else {
      // No visitor ever has that form: the rule would never match.
      expect(load).toThrow(`did you mean \`${peer}\`?`)
    }
  })
})

describe.each(HOSTILE_NETWORKS.map((row) => [row.what, row.text, row] as const))(
  'network with %s: %j',
  (_what, text, { range }) => {
    test('is read strictly', () => {
      const cidr = parseCidr(text)
      expect(cidr.ok ? [format(cidr.range.from), format(cidr.range.to)] : undefined).toEqual(range)
    })

    test('in `trust`', () => {
      const make = () => createVisitors({ trust: [text] })
      if (range === undefined) {
        expect(make).toThrow(expect.objectContaining({ code: 'invalid_trust' }))
      } else {
        expect(make().identify(() => undefined, { remoteAddress: range[1] }).fromTrustedPeer).toBe(
          true
        )
      }
    })

    test('is no address', () => {
      expect(parseIp(text)).toBeUndefined()
      expect(parsePeerAddress(text)).toBeUndefined()
    })
  }
)

/** Sets of the language are read as Cloudflare reads them, which is looser, but never as octal, hex or whole numbers. */
describe('ip.src in {…}', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.0/8', '127.255.0.1', true],
    ['10/8', '10.1.2.3', true],
    ['10.1', '10.1.0.0', true],
    ['10.1', '10.0.0.1', false],
    ['012.0.0.1', '12.0.0.1', true],
    ['012.0.0.1', '10.0.0.1', false],
    ['2001:DB8:0::/48', '2001:db8::1', true],
    ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1', true],
    ['2001:0db8:0000:0000::0001', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
  ])('%s: %s is %s', (item, address, expected) => {
    expect(verdict(`address in {${item}}`, { address })).toBe(expected)
  })

  test.each([
    '0x7f.0.0.1',
    '2130706433',
    '256.0.0.1',
    '1.2.3.4.5',
    '１.2.3.4',
    '[::1]',
    'fe80::1%eth0',
    '::1::',
    '10.0.0.0/33',
    '::ffff:127.1',
  ])('%s is refused', (item) => {
    expect(() => read(`address in {${item}}`)).toThrow(
      expect.objectContaining({ code: expect.any(String), diagnostics: expect.anything() })
    )
  })
})

/** Whether a rule on this address or network (`when: { ip }`) blocks what comes from this socket. */
const blocks = (rule: string, remoteAddress: string, headers: Record<string, string> = {}) => {
  const text = JSON.stringify({ rules: [{ name: 'x', action: 'block', when: { ip: rule } }] })
  const { expression } = loadRules([{ file: 'x.json', text }]).rules[0]!
  const visitor = createVisitors({ trust: ['loopback'] }).identify((name) => headers[name], {
    remoteAddress,
  })
  return expression.matches({ get: () => visitor.ip })
}

describe('known bypasses of other address filters', () => {
  // Hono below 4.12.12 took what has a colon for IPv6: IPv4 rules did not match a dual-stack socket's addresses.
  test.each([
    ['127.0.0.1', '::ffff:127.0.0.1'],
    ['127.0.0.0/8', '::ffff:127.0.0.1'],
    ['10.0.0.0/8', '::ffff:10.0.0.7'],
  ])('GHSA-xpcf-pg52-r92g (CVE-2026-39409): %s blocks %s', (rule, peer) => {
    expect(blocks(rule, peer)).toBe(true)
    expect(blocks(rule, '::ffff:192.0.2.1')).toBe(false)
  })

  // Hono below 4.12.21 compared addresses as texts: other spellings of a denied one passed.
  test.each([
    ['2001:db8::1', '2001:db8:0:0:0:0:0:1'],
    ['2001:db8::1', '2001:0DB8:0000:0000:0000:0000:0000:0001'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['127.0.0.1', '::ffff:7f00:1'],
    ['127.0.0.1', '0:0:0:0:0:ffff:7f00:0001'],
    ['fe80::1', 'fe80::1%eth0'],
    ['::1', '0:0:0:0:0:0:0:1'],
  ])('GHSA-xrhx-7g5j-rcj5 (CVE-2026-47674): %s blocks %s', (rule, peer) => {
    expect(blocks(rule, peer)).toBe(true)
    expect(blocks(rule, '2001:db8::2')).toBe(false)
  })

  test('GHSA-xrhx-7g5j-rcj5: what is no address matches nothing and is noted', () => {
    const visitor = createVisitors().identify(() => undefined, { remoteAddress: '127.0.0.1.evil' })
    expect(visitor.ip).toBeUndefined()
    expect(visitor.notes).toEqual(['peer address "127.0.0.1.evil" is not an address: ignored'])
    expect(blocks('0.0.0.0/0', '127.0.0.1.evil')).toBe(false)
  })

  test.each([
    ['jetersen/express-ipfilter#43', '192.0.2.0/24', '::ffff:192.0.2.255'],
    ['jetersen/express-ipfilter#49', '127.0.0.1', '::ffff:127.0.0.1'],
    ['ryanbillingsley/express-ipfilter#22, mapped', '192.168.1.1', '::ffff:192.168.1.1'],
    ['ryanbillingsley/express-ipfilter#22, IPv6 with a length', '::1/128', '::1'],
    ['ryanbillingsley/express-ipfilter#17, IPv6', '2001:db8::/32', '2001:db8:1::9'],
    ['3proxy#807, NAT64', '192.168.0.0/16', '64:ff9b::c0a8:101'],
    ['3proxy#807, NAT64 in mixed notation', '192.168.0.0/16', '64:ff9b::192.168.1.1'],
    ['optique#339, link-local', '169.254.0.0/16', '::ffff:169.254.169.254'],
  ])('%s: %s blocks %s', (_issue, rule, peer) => {
    expect(blocks(rule, peer)).toBe(true)
  })

  test('ryanbillingsley/express-ipfilter#43: IPv6 loopback is not that of IPv4', () => {
    expect(blocks('127.0.0.1', '::1')).toBe(false)
  })

  // Azure appends the port.
  test('ryanbillingsley/express-ipfilter#49: an address with a port', () => {
    expect(blocks('192.0.2.7', '127.0.0.1', { 'x-forwarded-for': '192.0.2.7:37442' })).toBe(true)
  })

  test.each(['x-forwarded-for', 'cf-connecting-ip', 'forwarded', 'true-client-ip'])(
    'ryanbillingsley/express-ipfilter#15 and #25: %s of just anybody is not believed',
    (name) => {
      const value = name === 'forwarded' ? 'for=192.0.2.9' : '192.0.2.9'
      expect(blocks('192.0.2.7', '192.0.2.7', { [name]: value })).toBe(true)
      expect(blocks('192.0.2.9', '192.0.2.7', { [name]: value })).toBe(false)
      // The same from a trusted peer is.
      expect(blocks('192.0.2.9', '127.0.0.1', { [name]: value })).toBe(true)
    }
  )
})

/** Ways to write an IPv6 address: case, zeros before a group, where `::` stands, the last two groups as IPv4. */
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
  test('of one IPv6 address is that address, as for ipaddr.js, and comes out in one text', () => {
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

  test('of one IPv4 address at the door is that address', () => {
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

  test('of strict IPv4 is what ipaddr.js takes for four decimal parts', () => {
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
