import { BlockList, isIP } from 'node:net'
import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { read, verdict } from '../language/given.fixture.ts'
import { loadRules } from '../rules/load.ts'
import { createVisitors } from '../visitor/identify.ts'
import { parseCidr } from './cidr.ts'
import type { Spelling } from './hostile.fixture.ts'
import { HOSTILE, HOSTILE_NETWORKS } from './hostile.fixture.ts'
import type { Ip } from './ip.ts'
import { formatIp, parseIp } from './ip.ts'
import { parsePeerAddress } from './peer.ts'

const PROXY = '10.0.0.1'
const PEERLESS = '203.0.113.250'

const format = (ip: Ip | undefined) => (ip === undefined ? undefined : formatIp(ip))

/** Returns the visitor's address if a trusted proxy sends this header. */
const forwarded = (name: string, value: string) =>
  createVisitors({ trust: [PROXY] }).identify((asked) => (asked === name ? value : undefined), {
    remoteAddress: PROXY,
  })

const overridden = (value: string) =>
  createVisitors({ overrides: true }).identify(
    (asked) => (asked === 'x-edge-ip' ? value : undefined),
    { remoteAddress: '127.0.0.1' }
  )

/** Returns each row with its result, so that a failure names the row. */
const outcomes = <Row extends { text: string }, Out>(
  rows: readonly Row[],
  run: (row: Row) => Out
) => rows.map((row) => [row.text, run(row)] as const)

/** Returns the expression of a rule on this text, or the error that refuses the rule. */
const ruleOn = (text: string): string => {
  const rule = { name: 'x', action: 'block', when: { ip: text } }
  try {
    const { rules } = loadRules([{ file: 'x.json', text: JSON.stringify({ rules: [rule] }) }])
    return rules[0]!.expression.source
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return /did you mean `[^`]*`/.exec(error.message)?.[0] ?? error.code
  }
}

describe('hostile spellings of addresses', () => {
  test('the table agrees with Node on which texts are addresses, except for zones', () => {
    expect(outcomes(HOSTILE, ({ text }) => isIP(text) !== 0 && !text.includes('%'))).toEqual(
      outcomes(HOSTILE, ({ ip }) => ip !== undefined)
    )
  })

  test('the table agrees with Node on the address that each text means', () => {
    const addresses = HOSTILE.filter(({ ip }) => ip !== undefined)
    expect(addresses.length).toBeGreaterThan(40)
    const isSame = ({ text, ip }: Spelling) => {
      const list = new BlockList()
      list.addAddress(ip!, ip!.includes(':') ? 'ipv6' : 'ipv4')
      return list.check(text, text.includes(':') ? 'ipv6' : 'ipv4')
    }
    expect(outcomes(addresses, isSame)).toEqual(outcomes(addresses, () => true))
  })

  test('the strict reader', () => {
    expect(outcomes(HOSTILE, ({ text }) => format(parseIp(text)))).toEqual(
      outcomes(HOSTILE, ({ ip }) => ip)
    )
  })

  test('the reader of peers', () => {
    expect(outcomes(HOSTILE, ({ text }) => format(parsePeerAddress(text)))).toEqual(
      outcomes(HOSTILE, ({ peer }) => peer)
    )
  })

  test('the reader of networks takes single addresses', () => {
    const range = ({ text }: Spelling) => {
      const cidr = parseCidr(text)
      return cidr.ok ? [format(cidr.range.from), format(cidr.range.to)] : undefined
    }
    expect(outcomes(HOSTILE, range)).toEqual(outcomes(HOSTILE, ({ ip }) => ip && [ip, ip]))
  })

  test('in X-Forwarded-For: the address, or the one before it and a note', () => {
    const seen = ({ text }: Spelling) => {
      const visitor = forwarded('x-forwarded-for', `${PEERLESS}, ${text}`)
      return [visitor.ipText, visitor.notes.length]
    }
    expect(outcomes(HOSTILE, seen)).toEqual(
      outcomes(HOSTILE, ({ peer, trimmed = peer }) =>
        trimmed === undefined ? [PEERLESS, 1] : [trimmed, 0]
      )
    )
  })

  test('in Forwarded, quoted: the address, or the one before it and a note', () => {
    const seen = ({ text }: Spelling) => {
      const quoted = `"${text.replaceAll(/["\\]/g, '\\$&')}"`
      const visitor = forwarded('forwarded', `for=${PEERLESS}, for=${quoted}`)
      return [visitor.ipText, visitor.notes.length]
    }
    expect(outcomes(HOSTILE, seen)).toEqual(
      outcomes(HOSTILE, ({ peer }) => (peer === undefined ? [PEERLESS, 1] : [peer, 0]))
    )
  })

  test('in CF-Connecting-IP: the address, or the proxy', () => {
    expect(outcomes(HOSTILE, ({ text }) => forwarded('cf-connecting-ip', text).ipText)).toEqual(
      outcomes(HOSTILE, ({ peer, trimmed = peer }) => trimmed ?? PROXY)
    )
  })

  test('as a test override: the address, or a problem', () => {
    const seen = ({ text }: Spelling) => {
      const visitor = overridden(text)
      return [visitor.ipText, visitor.overrideProblems.length]
    }
    expect(outcomes(HOSTILE, seen)).toEqual(
      outcomes(HOSTILE, ({ ip, peer, trimmed = ip && peer }) =>
        trimmed === undefined ? ['127.0.0.1', 1] : [trimmed, 0]
      )
    )
  })

  test('as `ip:` of a rule: the address, what is meant where no visitor ever has that form, or a refusal', () => {
    const strict = HOSTILE.filter(({ ip }) => ip !== undefined)
    expect(outcomes(strict, ({ text }) => ruleOn(text))).toEqual(
      outcomes(strict, ({ ip, peer }) =>
        ip === peer ? `ip.src eq ${ip}` : `did you mean \`${peer}\``
      )
    )
    const others = HOSTILE.filter(({ ip }) => ip === undefined)
    const isRefused = ({ text }: Spelling) => !ruleOn(text).startsWith('ip.src')
    expect(outcomes(others, isRefused)).toEqual(outcomes(others, () => true))
  })
})

describe('hostile spellings of networks', () => {
  test('are read strictly', () => {
    const read = ({ text }: { text: string }) => {
      const cidr = parseCidr(text)
      return cidr.ok ? [format(cidr.range.from), format(cidr.range.to)] : undefined
    }
    expect(outcomes(HOSTILE_NETWORKS, read)).toEqual(
      outcomes(HOSTILE_NETWORKS, ({ range }) => range)
    )
  })

  test('in `trust` they contain their last address, or are refused', () => {
    const trusts = ({ text, range }: (typeof HOSTILE_NETWORKS)[number]) => {
      try {
        const remoteAddress = range?.[1] ?? '192.0.2.1'
        const visitors = createVisitors({ trust: [text] })
        return visitors.identify(() => undefined, { remoteAddress }).fromTrustedPeer
      } catch (error) {
        if (error instanceof EdgeError) return error.code
        throw error
      }
    }
    expect(outcomes(HOSTILE_NETWORKS, trusts)).toEqual(
      outcomes(HOSTILE_NETWORKS, ({ range }) => range !== undefined || 'invalid_trust')
    )
  })

  test('are no addresses', () => {
    const read = ({ text }: { text: string }) => parseIp(text) ?? parsePeerAddress(text)
    expect(outcomes(HOSTILE_NETWORKS, read)).toEqual(outcomes(HOSTILE_NETWORKS, () => undefined))
  })
})

/** Sets in rules are read as leniently as Cloudflare reads them, but never as octal, hex or whole numbers. */
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

/** Returns true if a rule on this address or network (`when: { ip }`) blocks a request from this peer. */
const blocks = (rule: string, remoteAddress: string, headers: Record<string, string> = {}) => {
  const text = JSON.stringify({ rules: [{ name: 'x', action: 'block', when: { ip: rule } }] })
  const { expression } = loadRules([{ file: 'x.json', text }]).rules[0]!
  const visitor = createVisitors({ trust: ['loopback'] }).identify((name) => headers[name], {
    remoteAddress,
  })
  return expression.matches({ get: () => visitor.ip })
}

describe('known bypasses of other address filters', () => {
  // Hono below 4.12.12 read any text with a colon as IPv6, so IPv4 rules did not match a dual-stack socket's addresses.
  test.each([
    ['127.0.0.1', '::ffff:127.0.0.1'],
    ['127.0.0.0/8', '::ffff:127.0.0.1'],
    ['10.0.0.0/8', '::ffff:10.0.0.7'],
  ])('GHSA-xpcf-pg52-r92g (CVE-2026-39409): %s blocks %s', (rule, peer) => {
    expect(blocks(rule, peer)).toBe(true)
    expect(blocks(rule, '::ffff:192.0.2.1')).toBe(false)
  })

  // Hono below 4.12.21 compared addresses as texts, so other spellings of a denied address passed.
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

  test('GHSA-xrhx-7g5j-rcj5: a text that is not an address matches nothing and causes a note', () => {
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

  test('ryanbillingsley/express-ipfilter#43: the IPv6 loopback is not the IPv4 loopback', () => {
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
