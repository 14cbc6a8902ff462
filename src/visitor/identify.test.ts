import '../../test/whole.ts'
import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { forwardedAddress } from './forwarded.ts'
import { geo, identify, KB } from './identify.fixture.ts'
import { createVisitors } from './identify.ts'

describe('the peer', () => {
  test.each([
    ['203.0.114.7', '203.0.114.7'],
    ['::ffff:203.0.114.7', '203.0.114.7'],
    ['::ffff:cb00:7207', '203.0.114.7'],
    ['64:ff9b::203.0.114.7', '203.0.114.7'],
    ['::ffff:127.0.0.1%eth0', '127.0.0.1'],
    ['2A00:0:0::1', '2a00::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[2a00::1]:443', '2a00::1'],
  ])('%s is %s', (remoteAddress, expected) => {
    const visitor = identify(remoteAddress)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([])
  })

  test.each([undefined, ''])('can be unknown to the runtime (%j)', (remoteAddress) => {
    const visitor = identify(remoteAddress, {}, { geo: geo(), trust: ['0.0.0.0/0', '::/0'] })
    expect(visitor).toMatchObject({
      ip: undefined,
      ipText: '',
      country: 'XX',
      continent: '',
      asn: 0,
      fromTrustedPeer: false,
      notes: [],
    })
  })

  test('needs no connection at all', () => {
    expect(createVisitors().identify(() => undefined).ipText).toBe('')
  })

  test('that is not an address is noted', () => {
    const visitor = identify(
      '/run/edge.sock',
      { 'x-forwarded-for': '6.6.6.6' },
      { trust: ['0.0.0.0/0'] }
    )
    expect(visitor.ip).toBeUndefined()
    expect(visitor.notes).toEqual([
      'x-forwarded-for ignored: a peer without address is not a trusted proxy',
      'peer address "/run/edge.sock" is not an address: ignored',
    ])
  })

  test.each<[string, string[], boolean]>([
    ['127.0.0.1', [], true],
    ['127.9.9.9', [], true],
    ['::1', [], true],
    ['::ffff:127.0.0.1', [], true],
    ['10.0.0.1', [], false],
    ['10.0.0.1', ['10.0.0.0/8'], true],
    ['::ffff:10.0.0.1', ['10.0.0.0/8'], true],
    ['10.0.0.1', ['::ffff:10.0.0.0/104'], true],
    ['192.168.1.1', ['private'], true],
    ['172.31.0.1', ['private'], true],
    ['172.32.0.1', ['private'], false],
    ['fd00::1', ['private'], true],
    ['203.0.114.7', ['private', 'loopback'], false],
    ['203.0.114.7', ['203.0.114.7'], true],
    ['203.0.114.8', ['203.0.114.7'], false],
    ['2a00::5', ['2a00::/64'], true],
    ['2a00:0:0:1::5', ['2a00::/64'], false],
    ['2a00::5', ['0.0.0.0/0'], false],
    ['173.245.48.1', ['cloudflare'], true],
    ['104.27.255.255', ['cloudflare'], true],
    ['104.28.0.0', ['cloudflare'], false],
    ['::ffff:172.64.0.1', ['cloudflare'], true],
    ['2606:4700::1', ['cloudflare'], true],
    ['2a06:98c7:ffff::1', ['cloudflare'], true],
    ['2a06:98c8::1', ['cloudflare'], false],
    ['127.0.0.1', ['cloudflare'], true],
    ['10.0.0.1', ['cloudflare'], false],
    ['10.0.0.1', ['cloudflare', 'private'], true],
  ])('%s with trust %j: trusted is %s', (remoteAddress, trust, expected) => {
    expect(identify(remoteAddress, {}, { trust }).fromTrustedPeer).toBe(expected)
  })

  test.each([
    ['10.0.0.1/8', 'trust: "10.0.0.1/8" has host bits set: did you mean 10.0.0.0/8?'],
    ['10.0.0.0/33', 'trust: "10.0.0.0/33": expected a prefix length from 0 to 32 after the slash'],
    [
      'proxy',
      'trust: "proxy" is not an IP address or a CIDR network, nor one of: loopback, private, cloudflare',
    ],
    [
      'Loopback',
      'trust: "Loopback" is not an IP address or a CIDR network, nor one of: loopback, private, cloudflare',
    ],
    [
      '__proto__',
      'trust: "__proto__" is not an IP address or a CIDR network, nor one of: loopback, private, cloudflare',
    ],
  ])('trust %s is refused', (entry, message) => {
    let error: unknown
    try {
      createVisitors({ trust: ['loopback', entry] })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(EdgeError)
    expect(error).toMatchObject({ code: 'invalid_trust', message })
  })
})

describe('forwarded headers', () => {
  const trust = ['10.0.0.0/8', '2001:db8:aaaa::/48']
  const through = (headers: Record<string, string>, peer = '10.0.0.1') =>
    identify(peer, headers, { trust })

  test.each([
    ['one hop', '203.0.114.7', '203.0.114.7'],
    ['what the visitor wrote before', '6.6.6.6, 203.0.114.7', '203.0.114.7'],
    ['a chain of trusted proxies', '6.6.6.6, 203.0.114.7, 10.0.0.3, 10.0.0.2', '203.0.114.7'],
    ['a chain that is trusted to its end', '10.0.0.9, 10.0.0.8', '10.0.0.9'],
    ['a trusted address that the visitor claims', '10.0.0.9, 203.0.114.7, 10.0.0.8', '203.0.114.7'],
    ['mapped addresses', '203.0.114.7, ::ffff:10.0.0.8', '203.0.114.7'],
    ['a mapped visitor', '::ffff:203.0.114.7', '203.0.114.7'],
    ['a NAT64 visitor', '64:ff9b::cb00:7207', '203.0.114.7'],
    ['both families', '2a00::1, 2001:db8:aaaa::5,10.0.0.2', '2a00::1'],
    ['ports', '203.0.114.7:5678', '203.0.114.7'],
    ['brackets and ports', '[2a00::1]:443, 10.0.0.2:80', '2a00::1'],
    ['white space', ' \t203.0.114.7 \t,\t10.0.0.2  ', '203.0.114.7'],
    ['empty entries', ',,203.0.114.7, ,10.0.0.2,,', '203.0.114.7'],
    ['nothing', '', '10.0.0.1'],
    ['only commas', ',,,', '10.0.0.1'],
  ])('x-forwarded-for with %s: %j is %s', (_name, value, expected) => {
    const visitor = through({ 'x-forwarded-for': value })
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([])
  })

  test.each([
    ['203.0.114.7', '203.0.114.7'],
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
  ])('are ignored from %s, which is not in `trust`', (peer, expected) => {
    const headers = {
      'x-forwarded-for': '6.6.6.6',
      'cf-connecting-ip': '6.6.6.7',
      'true-client-ip': '6.6.6.8',
      forwarded: 'for=6.6.6.9',
      'cf-ipcountry': 'KP',
    }
    const visitor = through(headers, peer)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([
      `cf-connecting-ip ignored: ${expected} is not a trusted proxy`,
      `true-client-ip ignored: ${expected} is not a trusted proxy`,
      `x-forwarded-for ignored: ${expected} is not a trusted proxy`,
      `forwarded ignored: ${expected} is not a trusted proxy`,
      `cf-ipcountry ignored: ${expected} is not a trusted proxy`,
    ])
    expect(visitor.notes).toHaveLength(5)
  })

  test('from loopback are accepted if `trust` contains it', () => {
    const visitor = identify(
      '::ffff:127.0.0.1',
      { 'x-forwarded-for': '6.6.6.6' },
      { trust: ['loopback'] }
    )
    expect(visitor.ipText).toBe('6.6.6.6')
  })

  test.each([
    [
      {
        'cf-connecting-ip': '203.0.114.1',
        'true-client-ip': '203.0.114.2',
        'x-forwarded-for': '203.0.114.3',
      },
      '203.0.114.1',
    ],
    [{ 'true-client-ip': '203.0.114.2', 'x-forwarded-for': '203.0.114.3' }, '203.0.114.2'],
    [{ 'x-forwarded-for': '203.0.114.3' }, '203.0.114.3'],
    [{ 'cf-connecting-ip': ' ::ffff:203.0.114.1 ' }, '203.0.114.1'],
    [{ 'true-client-ip': '203.0.114.2', forwarded: 'for=203.0.114.4' }, '203.0.114.2'],
    [{ forwarded: 'for=203.0.114.4' }, '203.0.114.4'],
  ])('%j: %s', (headers, expected) => {
    const visitor = through(headers)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([])
  })

  test.each<[Record<string, string>, string, string[]]>([
    [
      { 'x-forwarded-for': 'foo' },
      '10.0.0.1',
      ['x-forwarded-for entry "foo" is not an address: ignored'],
    ],
    [
      { 'x-forwarded-for': '203.0.114.7, unix:, 10.0.0.2' },
      '203.0.114.7',
      ['x-forwarded-for entry "unix:" is not an address: ignored'],
    ],
    [
      { 'x-forwarded-for': '0177.0.0.1, 127.1:80, "203.0.114.7"' },
      '10.0.0.1',
      [
        'x-forwarded-for entry "\\"203.0.114.7\\"" is not an address: ignored',
        'x-forwarded-for entry "127.1:80" is not an address: ignored',
        'x-forwarded-for entry "0177.0.0.1" is not an address: ignored',
      ],
    ],
    [
      { 'x-forwarded-for': 'a,b,c,d,e' },
      '10.0.0.1',
      [
        'x-forwarded-for entry "e" is not an address: ignored',
        'x-forwarded-for entry "d" is not an address: ignored',
        'x-forwarded-for entry "c" is not an address: ignored',
        '2 more x-forwarded-for entries are not addresses: ignored',
      ],
    ],
    [
      {
        'cf-connecting-ip': '1.2.3.4, 5.6.7.8',
        'true-client-ip': '',
        'x-forwarded-for': '203.0.114.7',
      },
      '203.0.114.7',
      [
        'cf-connecting-ip "1.2.3.4, 5.6.7.8" is not an address: ignored',
        'true-client-ip "" is not an address: ignored',
      ],
    ],
    [
      { 'x-forwarded-for': '\u001b[31m\n' },
      '10.0.0.1',
      ['x-forwarded-for entry "\\u001b[31m" is not an address: ignored'],
    ],
  ])('%j: %s, and the notes say what was ignored', (headers, expected, notes) => {
    const visitor = through(headers)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual(notes)
  })

  test.each([
    ['entries that are addresses of trusted proxies', '10.0.0.2,'.repeat(7 * KB)],
    ['entries that are not addresses', 'x,'.repeat(32 * KB)],
    ['commas', ','.repeat(64 * KB)],
    ['spaces', ' '.repeat(64 * KB)],
    ['one long entry', 'f:'.repeat(32 * KB)],
    ['brackets', '['.repeat(64 * KB)],
  ])('reads 64 KB of %s only from the right, with few notes', (_name, value) => {
    const visitor = through({ 'x-forwarded-for': value, 'cf-connecting-ip': value })
    expect(visitor.ipText).toMatch(/^10\.0\.0\.[12]$/)
    expect(visitor.notes.length).toBeLessThanOrEqual(6)
    expect(Math.max(0, ...visitor.notes.map((note) => note.length))).toBeLessThan(200)
    let looked = 0
    const everyone = { size: 1, has: () => ++looked > 0 }
    const reader = (name: string) => (name === 'x-forwarded-for' ? value : undefined)
    forwardedAddress(reader, visitor.ip!, everyone, [])
    expect(looked).toBeLessThanOrEqual(64)
  })

  test('beyond 64 entries the rest is ignored', () => {
    const visitor = through({ 'x-forwarded-for': `203.0.114.7${', 10.0.0.2'.repeat(64)}` })
    expect(visitor.ipText).toBe('10.0.0.2')
    expect(visitor.notes).toEqual(['x-forwarded-for has more than 64 entries: the others ignored'])
    expect(through({ 'x-forwarded-for': `203.0.114.7${', 10.0.0.2'.repeat(63)}` }).ipText).toBe(
      '203.0.114.7'
    )
  })
})
