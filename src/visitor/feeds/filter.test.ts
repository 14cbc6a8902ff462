import { describe, expect, test } from 'vitest'
import { feedOf, sharesOf } from './feeds.fixture.ts'

const LOCAL = [
  '0.0.0.0',
  '0.255.255.255',
  '10.0.0.0',
  '10.255.255.255',
  '100.64.0.0',
  '100.127.255.255',
  '127.0.0.1',
  '169.254.1.1',
  '172.16.0.0',
  '172.31.255.255',
  '192.168.0.0',
  '192.168.255.255',
  '::',
  '::1',
  'fc00::',
  'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80::1',
  'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
]
/** Just beside them. */
const OTHERS = [
  '1.0.0.0',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '::2',
  'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe00::',
  'fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fec0::',
  '2001:db8::1',
]

const NOTHING = 'feed.txt: no entry remains: its only entry is left out'

const notice = (count: string) =>
  `feed.txt: local addresses left out of ${count}: "unfiltered" keeps them`

describe('local addresses', () => {
  test.each(LOCAL)('%s is rejected', (address) => {
    const feed = feedOf(address)
    expect(sharesOf(feed)(address)).toBe(-1)
    expect(feed.entries).toBe(0)
    expect(feed.problems).toEqual([NOTHING, notice('1 entry')])
  })

  test.each(OTHERS)('%s is accepted', (address) => {
    const feed = feedOf(address)
    expect(sharesOf(feed)(address)).toBe(100)
    expect(feed.problems).toEqual([])
  })

  test('a list of bogons does not affect local visitors', () => {
    const feed = feedOf([
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.168.0.0/16',
      '198.18.0.0/15',
      '224.0.0.0/3',
      '::/8',
      '4000::/2',
      'fc00::/6',
      'fe80::/10',
    ])
    const share = sharesOf(feed)
    expect(LOCAL.filter((address) => share(address) >= 0)).toEqual([])
    const bogons = [
      '192.0.0.1',
      '198.19.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::2',
      '5000::',
      'ff00::',
    ]
    expect(bogons.filter((address) => share(address) !== 100)).toEqual([])
    expect(feed.problems).toEqual([notice('10 entries')])
  })

  test.each([
    [
      '100.0.0.0/8',
      ['100.63.255.255', '100.128.0.0', '100.0.0.0', '100.255.255.255'],
      ['100.64.0.0', '100.127.255.255'],
    ],
    ['172.0.0.0-172.16.0.5', ['172.0.0.0', '172.15.255.255'], ['172.16.0.0', '172.16.0.5']],
    [
      '192.168.255.0-192.169.0.9',
      ['192.169.0.0', '192.169.0.9'],
      ['192.168.255.0', '192.168.255.255'],
    ],
    ['fe00::/8', ['fe00::', 'fec0::', 'feff::'], ['fe80::', 'febf::']],
    ['fdff::-fe00::1', ['fe00::', 'fe00::1'], ['fdff::', 'fdff:ffff::']],
  ])('%s is partly accepted', (text, taken, left) => {
    const feed = feedOf(text)
    const share = sharesOf(feed)
    expect(taken.map(share)).toEqual(taken.map(() => 100))
    expect(left.map(share)).toEqual(left.map(() => -1))
    expect(feed.problems).toEqual([notice('1 entry')])
  })
})

const WIDE = (count: string) =>
  `feed.txt: ${count} wider than /8 (IPv4) or /4 (IPv6) left out: "unfiltered" keeps them`

describe('networks that are too wide', () => {
  test.each([
    ['0.0.0.0/0', '8.8.8.8'],
    ['0.0.0.0/1', '8.8.8.8'],
    ['128.0.0.0/1', '198.51.100.1'],
    ['8.0.0.0/7', '8.8.8.8'],
    ['1.0.0.0-2.0.0.0', '1.1.1.1'],
    ['0.0.0.0-255.255.255.255', '8.8.8.8'],
    ['::/0', '2001:db8::1'],
    ['2000::/3', '2001:db8::1'],
    ['1fff::-3000::', '2000::1'],
  ])('%s is rejected', (text, address) => {
    const feed = feedOf(text)
    expect(sharesOf(feed)(address)).toBe(-1)
    expect(feed.problems).toEqual([NOTHING, WIDE('1 network')])
  })

  test.each([
    ['8.0.0.0/8', '8.8.8.8'],
    ['1.0.0.0-1.255.255.255', '1.1.1.1'],
    ['224.0.0.0/3', '240.0.0.1'],
    ['2a00::/12', '2a00::1'],
    ['2000::/4', '2a00::1'],
    ['4000::/2', '4000::1'],
  ])('%s is accepted', (text, address) => {
    const feed = feedOf(text)
    expect(sharesOf(feed)(address)).toBe(100)
    expect(feed.problems).toEqual([])
  })
})

test('"unfiltered" accepts all', () => {
  const feed = feedOf(['0.0.0.0/0', '10.0.0.0/8', '::/0', 'fc00::/7'], { unfiltered: true })
  const share = sharesOf(feed)
  expect([...LOCAL, ...OTHERS].filter((address) => share(address) !== 100)).toEqual([])
  expect(feed.problems).toEqual([])
})

test('host bits are masked and counted', () => {
  const feed = feedOf(['198.51.100.7/24', '203.0.113.0/24', '2001:db8::1/32'])
  const share = sharesOf(feed)
  const all = ['198.51.100.0', '198.51.100.255', '203.0.113.9', '2001:db8::', '2001:db8:ffff::']
  expect(all.filter((address) => share(address) !== 100)).toEqual([])
  expect(share('198.51.101.0')).toBe(-1)
  expect(feed.problems).toEqual(['feed.txt: host bits of 2 networks masked'])
})

test('IPv4 inside IPv6 becomes IPv4, like the addresses of visitors', () => {
  const feed = feedOf(['::ffff:198.51.100.7', '64:ff9b::203.0.113.0/120', '::ffff:10.0.0.1'])
  const share = sharesOf(feed)
  expect(share('198.51.100.7')).toBe(100)
  expect(share('203.0.113.9')).toBe(100)
  expect(share('203.0.114.0')).toBe(-1)
  expect(share('10.0.0.1')).toBe(-1)
})

test('a range from one kind of IPv4 inside IPv6 to the other is IPv6', () => {
  const share = sharesOf(feedOf('::ffff:1.2.3.4-64:ff9b::5.6.7.8'))
  expect(['1.2.3.4', '2.0.0.0', '5.6.7.8'].map(share)).toEqual([-1, -1, -1])
  expect(share('1::')).toBe(100)
})

test('the narrowest of overlapping networks counts, and the last of equal ones', () => {
  const feed = feedOf([
    '198.51.100.0/24\t9',
    '198.51.100.7\t2',
    '198.51.100.8\t3',
    '198.51.100.8\t4',
  ])
  expect(['198.51.100.6', '198.51.100.7', '198.51.100.8'].map(sharesOf(feed))).toEqual([90, 20, 40])
})

describe('scores in a feed', () => {
  const lines = ['198.51.100.1\t1', '198.51.100.2\t2', '198.51.100.3\t3', '198.51.100.9\t9']
  const addresses = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.9']

  test.each([
    [{}, [10, 20, 30, 90]],
    [{ full: 3 }, [33, 67, 100, 100]],
    [{ min: 3 }, [-1, -1, 30, 90]],
    [{ min: 2.5, full: 4 }, [-1, -1, 75, 100]],
  ])('%j', (options, shares) => {
    const feed = feedOf(lines, options)
    expect(addresses.map(sharesOf(feed))).toEqual(shares)
    expect(feed.entries).toBe(shares.filter((share) => share >= 0).length)
    expect(feed.problems).toEqual([])
  })

  test.each([
    [{ full: 5 }, 'full=5'],
    [{ min: 3 }, 'min=3'],
  ])('reports %j for a feed without scores', (options, option) => {
    const feed = feedOf('198.51.100.1', options)
    expect(sharesOf(feed)('198.51.100.1')).toBe(100)
    expect(feed.problems).toEqual([
      `feed.txt: ${option} has no effect: its entries have no numbers`,
    ])
  })

  test('reports a minimum that no entry reaches', () => {
    const { entries, problems } = feedOf(lines, { min: 10 })
    expect(entries).toBe(0)
    expect(problems).toEqual(['feed.txt: none of its 4 entries reaches min=10'])
  })
})
