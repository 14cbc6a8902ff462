/** One spelling of a text that is, or looks like, an address. */
export interface Spelling {
  readonly text: string
  /** Why the spelling is unusual. */
  readonly what: string
  /** The canonical text of the address that `parseIp` returns; absent if it returns none. */
  readonly ip?: string
  /** The address that `parsePeerAddress` returns; absent if it returns none. */
  readonly peer?: string
  /** The address in a header or an override, where white space around the value is ignored. Default: `peer`. */
  readonly trimmed?: string
}

const no = (what: string, ...texts: string[]): Spelling[] => texts.map((text) => ({ text, what }))

/** A text that is an address for `parseIp` and, in canonical form, for `parsePeerAddress`. */
const yes = (what: string, ip: string, peer: string, ...texts: string[]): Spelling[] =>
  texts.map((text) => ({ text, what, ip, peer }))

/** A text that only sockets and proxies write. */
const peerOnly = (what: string, peer: string, ...texts: string[]): Spelling[] =>
  texts.map((text) => ({ text, what, peer }))

/**
 * Spellings that have bypassed address filters. `inet_aton`, which browsers and many resolvers use, reads most of the first group
 * as 127.0.0.1. A parser that reads them as another address lets a request bypass a rule, so our parsers reject them.
 */
export const HOSTILE: readonly Spelling[] = [
  ...no('octal', '0177.0.0.1', '0177.0000.0000.0001', '017700000001', '0x7f.0177.0.1'),
  ...no('hex', '0x7f.0.0.1', '0x7f000001', '0x7f.1', '7f.0.0.1', '0X7F.0x0.0x0.0x1'),
  ...no('short', '127.1', '127.0.1', '127', '0', '10'),
  ...no('a whole number', '2130706433', '-2130706433', '4294967296', '2130706433.0'),
  ...no('leading zeros', '127.0.0.01', '127.000.000.001', '00127.0.0.1', '192.168.010.1'),
  ...no('a part too large', '256.0.0.1', '127.0.0.256', '127.0.0.4294967297', '999.1.1.1'),
  ...no(
    'parts that overflow 64 bits',
    '127.0.0.18446744073709551617',
    `127.0.0.${'1'.repeat(400)}`
  ),
  ...no(
    'too many or too few parts',
    '127.0.0.1.',
    '127.0.0.1.1',
    '.127.0.0.1',
    '127..0.1',
    '127.0.0.'
  ),
  ...no('signs and exponents', '+127.0.0.1', '127.0.0.-1', '1e2.0.0.1', '127.0.0.1e0'),
  ...no('fullwidth digits', '１２７.0.0.1', '１２７．０．０．１', '127。0。0。1', '127｡0｡0｡1'),
  ...no('digits of other scripts', '١٢٧.0.0.1', '१२७.0.0.1', '𝟏𝟐𝟕.0.0.1', '①②⑦.0.0.1', '¹²⁷.0.0.1'),
  ...no('fullwidth IPv6', '：：１', 'ｆｅ８０::1', '::１'),
  ...no('embedded NUL', '127.0.0.1\0', '\x00127.0.0.1', '127.0.0.1\0.evil.test', '::1\0'),
  ...no('other control characters', '127.0.0\x08.1', '::1\x7f', '::\u200b1'),
  { what: 'a line end behind', text: '127.0.0.1\r\n', trimmed: '127.0.0.1' },
  { what: 'a byte order mark in front', text: '\ufeff::1', trimmed: '::1' },
  ...no(
    'spaces inside',
    '127.0. 0.1',
    '127 .0.0.1',
    ':: 1',
    '127.0.0.1 evil',
    '127.0.0.1\t8.8.8.8'
  ),
  ...no('percent-encoding', '127%2e0%2e0%2e1', '%3a%3a1', '127.0.0.1%00'),
  ...no(
    'names',
    'localhost',
    'ip6-localhost',
    '127.0.0.1.nip.io',
    '1.0.0.127.in-addr.arpa',
    'null'
  ),
  ...no('quotes', '"127.0.0.1"', "'127.0.0.1'", '`::1`', '127.0.0.1"'),
  ...no('a URL', 'http://127.0.0.1', '//127.0.0.1', 'user@127.0.0.1', '127.0.0.1/', '127.0.0.1?'),
  ...no('too many groups', '1:2:3:4:5:6:7:8:9', '0:0:0:0:0:0:0:0:1', '1:2:3:4:5:6:7:127.0.0.1'),
  ...no('too few groups', '1:2:3:4:5:6:7', '1', '1:', ':1', '1:2:3:4:5:127.0.0.1'),
  ...no(
    'gaps that are none',
    ':::',
    ':::1',
    '1:::2',
    '1::2::3',
    '::1::',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8'
  ),
  ...no('groups too long', '00001::', '::00001', '::fffff', '0000000000000000000000000000000001'),
  ...no('hex that is none', '::g', '::0x1', '::-1', '::1.', '::1h', '::ｆ'),
  ...no(
    'an IPv4 tail misspelt',
    '::ffff:127.1',
    '::ffff:0177.0.0.1',
    '::ffff:2130706433',
    '::ffff:127.0.0.01',
    '::ffff:127.0.0.256',
    '::ffff:0x7f.0.0.1',
    '::127.0.0.1:1',
    '127.0.0.1::'
  ),
  ...no(
    'IPv6 for the reverse zone',
    '1.0.0.0.ip6.arpa',
    '::1.ip6.arpa',
    '2001-db8--1.ipv6-literal.net'
  ),
  ...no('IPvFuture', '[v1.127.0.0.1]', 'v1.fe'),

  // Canonical or not, these are addresses.
  ...yes('plain', '127.0.0.1', '127.0.0.1', '127.0.0.1'),
  ...yes('the ends', '0.0.0.0', '0.0.0.0', '0.0.0.0'),
  ...yes('the ends', '255.255.255.255', '255.255.255.255', '255.255.255.255'),
  ...yes(
    'IPv6 loopback',
    '::1',
    '::1',
    '::1',
    '0:0:0:0:0:0:0:1',
    '0000:0000:0000:0000:0000:0000:0000:0001',
    '::0:1',
    '0::1',
    '0:0::1',
    '::0.0.0.1',
    '0:0:0:0:0:0:0.0.0.1'
  ),
  ...yes('unspecified', '::', '::', '::', '0:0:0:0:0:0:0:0', '::0', '0::', '::0.0.0.0'),
  ...yes(
    'case and zeros',
    '2001:db8::ab',
    '2001:db8::ab',
    '2001:DB8::AB',
    '2001:0Db8:0:0:0:0:0:aB',
    '2001:db8:0:0::0.0.0.171',
    '2001:0db8:0000:0000:0000:0000:0000:00ab'
  ),
  ...yes(
    'IPv4-mapped',
    '::ffff:127.0.0.1',
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '::FFFF:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:7F00:0001',
    '0:0:0:0:0:ffff:127.0.0.1',
    '0:0:0:0:0:ffff:7f00:1',
    '0000:0000:0000:0000:0000:ffff:7f00:0001',
    '::0:ffff:127.0.0.1',
    '0::ffff:7f00:1'
  ),
  ...yes(
    'NAT64',
    '64:ff9b::7f00:1',
    '127.0.0.1',
    '64:ff9b::127.0.0.1',
    '0064:FF9B::7F00:0001',
    '64:ff9b:0:0:0:0:7f00:1'
  ),
  // Anybody can choose these addresses, so the IPv4 address inside proves nothing.
  ...yes('IPv4-compatible', '::7f00:1', '::7f00:1', '::127.0.0.1', '::7f00:1'),
  ...yes(
    'IPv4-translated',
    '::ffff:0:7f00:1',
    '::ffff:0:7f00:1',
    '::ffff:0:127.0.0.1',
    '::ffff:0:7f00:1'
  ),
  ...yes('IPv4-translated', '::ffff:0:102:304', '::ffff:0:102:304', '::ffff:0:1.2.3.4'),
  ...yes('local NAT64', '64:ff9b:1::7f00:1', '64:ff9b:1::7f00:1', '64:ff9b:1::127.0.0.1'),
  ...yes('6to4', '2002:7f00:1::', '2002:7f00:1::', '2002:7f00:1::', '2002:7F00:0001:0:0:0:0:0'),
  ...yes(
    'Teredo',
    '2001:0:7f00:1::',
    '2001:0:7f00:1::',
    '2001:0:7f00:1::',
    '2001:0000:7f00:0001::'
  ),
  ...yes('ISATAP', 'fe80::5efe:7f00:1', 'fe80::5efe:7f00:1', 'fe80::5efe:127.0.0.1'),
  ...yes('nearly mapped', '::fffe:7f00:1', '::fffe:7f00:1', '::fffe:127.0.0.1'),

  // Forms that only sockets and proxies may write.
  ...peerOnly('a port', '127.0.0.1', '127.0.0.1:80', '127.0.0.1:0', '127.0.0.1:65535'),
  ...peerOnly('brackets', '::1', '[::1]', '[0:0:0:0:0:0:0:1]', '[::1]:80'),
  ...peerOnly(
    'a zone',
    'fe80::1',
    'fe80::1%eth0',
    'fe80::1%25eth0',
    'fe80::1%1',
    '[fe80::1%eth0]:80'
  ),
  ...peerOnly(
    'mapped, with all of it',
    '127.0.0.1',
    '[::ffff:127.0.0.1]:80',
    '::ffff:7f00:1%lo',
    '[64:ff9b::7f00:1%1]:1'
  ),
  ...no(
    'a port that is none',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:8o',
    '127.0.0.1:80:80',
    '[::1]:',
    '[::1]:99999'
  ),
  ...no(
    'brackets that are none',
    '[::1',
    '::1]',
    '[[::1]]',
    '[]',
    '[127.0.0.1]',
    '[127.0.0.1]:80',
    '[::1]80',
    '{::1}',
    '(::1)'
  ),
  ...no(
    'zones that are none',
    '127.0.0.1%eth0',
    'fe80::1%',
    '%eth0',
    'fe80::1%eth 0',
    '::1%]',
    '[::1]%eth0',
    '[::1%[]]'
  ),
]

/** Texts with a real or attempted prefix length, and the network that `parseCidr` returns; absent if it returns none. */
export const HOSTILE_NETWORKS: readonly { text: string; what: string; range?: [string, string] }[] =
  [
    { text: '10.0.0.0/8', what: 'plain', range: ['10.0.0.0', '10.255.255.255'] },
    {
      text: '2001:DB8:0::/32',
      what: 'upper case, zeros',
      range: ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    },
    {
      text: '::ffff:10.0.0.0/104',
      what: 'mapped',
      range: ['::ffff:10.0.0.0', '::ffff:10.255.255.255'],
    },
    { text: '0.0.0.0/0', what: 'everything', range: ['0.0.0.0', '255.255.255.255'] },
    { text: '10.0.0.0/33', what: 'too long' },
    { text: '::/129', what: 'too long' },
    { text: '10.0.0.0/4294967304', what: 'overflows to 8' },
    { text: '10.0.0.0/08', what: 'leading zero' },
    { text: '10.0.0.0/+8', what: 'sign' },
    { text: '10.0.0.0/-8', what: 'sign' },
    { text: '10.0.0.0/8e0', what: 'exponent' },
    { text: '10.0.0.0/0x8', what: 'hex' },
    { text: '10.0.0.0/８', what: 'fullwidth digit' },
    { text: '10.0.0.0/8\0', what: 'NUL' },
    { text: '10.0.0.0/ 8', what: 'space' },
    { text: '10.0.0.0/', what: 'no length' },
    { text: '10.0.0.0//8', what: 'two slashes' },
    { text: '10.0.0.0/8/8', what: 'two lengths' },
    { text: '10.0.0.0/255.0.0.0', what: 'mask' },
    { text: '10.0.0.0\\8', what: 'backslash' },
    { text: '10/8', what: 'short' },
    { text: '10.0/16', what: 'short' },
    { text: '012.0.0.0/8', what: 'octal' },
    { text: '0xa.0.0.0/8', what: 'hex' },
    { text: '167772160/8', what: 'a whole number' },
    { text: '10.0.0.1/8', what: 'host bits' },
    { text: '[2001:db8::]/32', what: 'brackets' },
    { text: 'fe80::%eth0/64', what: 'zone' },
    { text: 'fe80::/64%eth0', what: 'zone' },
    { text: '10.0.0.*', what: 'wildcard' },
    { text: '10.0.0.0-10.0.0.255', what: 'range' },
    { text: '/8', what: 'nothing' },
    { text: '*', what: 'nothing' },
  ]
