import { expect, test } from 'vitest'
import { MAX_PROXY_HEADER_BYTES, readProxyHeader } from './proxy-protocol.ts'

const bytesOf = (text: string) => Uint8Array.from(text, (unit) => unit.charCodeAt(0))
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const REQUEST = [...bytesOf('GET / HTTP/1.1\r\n\r\n')]

const SIGNATURE = '0d0a0d0a000d0a515549540a'
const uint16 = (value: number) => [value >> 8, value & 0xff]

/** Returns a binary header, with the correct length by default. */
const v2 = ({
  command = 0x21,
  protocol = 0x11,
  body = [],
  length = body.length,
}: {
  command?: number
  protocol?: number
  body?: number[]
  length?: number
}) => Uint8Array.from([...fromHex(SIGNATURE), command, protocol, ...uint16(length), ...body])

const INET = [192, 0, 2, 1, 198, 51, 100, 7, ...uint16(56324), ...uint16(443)]
const INET6 = [
  ...fromHex('20010db8000000000000000000000001 00000000000000000000ffffc0000201 dc04 01bb'),
]
const UNIX = new Array<number>(216).fill(0x2f)
const tlv = (type: number, ...value: number[]) => [type, ...uint16(value.length), ...value]

/** Example from the AWS documentation of Network Load Balancers, with a checksum, an endpoint's name and padding. */
const AWS = fromHex(
  `${SIGNATURE} 21110054 ac1f0771ac1f0a1fc8f20050 030004e8d6892d
   ea0017 01 767063652d3038643262663135666163353030316339 040024 ${'00'.repeat(36)}`.replace(
    /\s/g,
    ''
  )
)
/** A header whose checksum a separate Python script computed. */
const CHECKED = fromHex(
  `${SIGNATURE} 21210030 20010db8000000000000000000000001 20010db8000000000000000000000002
   dc0401bb 0100026832 0300048c3e95d4`.replace(/\s/g, '')
)

const HEADERS = {
  'TCP4 line': bytesOf('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n'),
  'TCP6 line': bytesOf('PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n'),
  'longest TCP6 line': bytesOf(
    `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`
  ),
  'UNKNOWN line': bytesOf('PROXY UNKNOWN\r\n'),
  'longest UNKNOWN line': bytesOf(
    `PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`
  ),
  'IPv4 header': v2({ body: INET }),
  'IPv6 header': v2({ protocol: 0x21, body: INET6 }),
  'UNIX header': v2({ protocol: 0x31, body: UNIX }),
  'local header': v2({ command: 0x20, protocol: 0 }),
  'header with TLVs': AWS,
  'header with a checksum': CHECKED,
}

test.each(Object.entries(HEADERS))('%s: complete, alone and with later bytes', (_, bytes) => {
  const result = readProxyHeader(bytes)
  expect(result).toMatchObject({ kind: 'header', length: bytes.length })
  expect(readProxyHeader(Uint8Array.from([...bytes, ...REQUEST]))).toEqual(result)
})

test.each(Object.entries(HEADERS))('%s: cut anywhere, it is incomplete', (_, bytes) => {
  for (let end = 0; end < bytes.length; end++) {
    expect(readProxyHeader(bytes.subarray(0, end))).toEqual({ kind: 'more' })
  }
})

test.each([
  ['TCP4 line', { address: '192.168.0.1', port: 56324 }, { address: '192.168.0.11', port: 443 }],
  ['TCP6 line', { address: '2001:db8::1', port: 1 }, { address: '2001:db8::2', port: 65535 }],
  ['IPv4 header', { address: '192.0.2.1', port: 56324 }, { address: '198.51.100.7', port: 443 }],
  [
    'IPv6 header',
    { address: '2001:db8::1', port: 56324 },
    { address: '::ffff:192.0.2.1', port: 443 },
  ],
  [
    'header with TLVs',
    { address: '172.31.7.113', port: 51442 },
    { address: '172.31.10.31', port: 80 },
  ],
] as const)('%s: the address in it', (name, source, destination) => {
  expect(readProxyHeader(HEADERS[name])).toMatchObject({ source, destination, local: false })
})

test.each([
  ['a local one', v2({ command: 0x20, protocol: 0 }), true],
  ['a local one with addresses', v2({ command: 0x20, body: INET }), true],
  ['a local one of an unknown family', v2({ command: 0x20, protocol: 0xff, body: [1] }), true],
  ['an UNKNOWN line', bytesOf('PROXY UNKNOWN\r\n'), false],
  ['an UNKNOWN line with anything', bytesOf('PROXY UNKNOWN \xff\0 TCP4 1.2.3.4\r\n'), false],
  ['no family', v2({ protocol: 0 }), false],
  ['no family, with bytes', v2({ protocol: 0, body: [1, 2, 3] }), false],
  ['IPv4 of no transport', v2({ protocol: 0x10, body: INET }), false],
  ['a transport of no family', v2({ protocol: 0x01 }), false],
  ['UNIX sockets', v2({ protocol: 0x31, body: UNIX }), false],
])("%s: the connection's own address counts", (_, bytes, local) => {
  expect(readProxyHeader(bytes)).toEqual({ kind: 'header', length: bytes.length, local })
})

test('datagrams carry addresses too: a balancer may turn QUIC into TCP', () => {
  const source = { address: '192.0.2.1', port: 56324 }
  expect(readProxyHeader(v2({ protocol: 0x12, body: INET }))).toMatchObject({ source })
})

test.each([
  ['HTTP', 'GET / HTTP/1.1\r\n'],
  ['the method POST', 'POST / HTTP/1.1\r\n'],
  ['a word that begins alike', 'PROXX'],
  ['the word in lower case', 'proxy TCP4 '],
  ['the word without a space', 'PROXY\r\n'],
  ['the word and a tab', 'PROXY\tTCP4'],
  ['TLS', '\x16\x03\x01'],
  ['empty lines before HTTP', '\r\n\r\nGET / HTTP/1.1\r\n'],
  ['empty lines and NUL', '\r\n\r\n\0GET'],
  ['a space before it', ' PROXY TCP4 '],
])('no header: %s', (_, text) => {
  expect(readProxyHeader(bytesOf(text))).toEqual({ kind: 'none' })
})

test.each([
  ['no family', 'PROXY \r\n', 'TCP4, TCP6 or UNKNOWN'],
  ['another family', 'PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n', '"UDP4"'],
  ['lower case', 'PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n', '"tcp4"'],
  ['a longer word', 'PROXY UNKNOWNS\r\n', '"UNKNOWNS"'],
  ['too few parts', 'PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n', 'two ports'],
  ['too many parts', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n', 'two ports'],
  ['a space at the end', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n', 'two ports'],
  ['two spaces', 'PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n', 'two addresses'],
  ['a tab', 'PROXY TCP4 192.0.2.1\t192.0.2.2 1 2\r\n', 'two addresses'],
  ['IPv6 as TCP4', 'PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n', 'addresses of TCP4'],
  ['IPv4 as TCP6', 'PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n', 'addresses of TCP6'],
  ['mixed families', 'PROXY TCP6 2001:db8::1 192.0.2.2 1 2\r\n', 'addresses of TCP6'],
  ['a leading zero', 'PROXY TCP4 192.0.02.1 192.0.2.2 1 2\r\n', 'two addresses'],
  ['a short IPv4', 'PROXY TCP4 127.1 192.0.2.2 1 2\r\n', 'two addresses'],
  ['hex', 'PROXY TCP4 0x7f.0.0.1 192.0.2.2 1 2\r\n', 'two addresses'],
  ['a zone', 'PROXY TCP6 fe80::1%eth0 2001:db8::2 1 2\r\n', 'two addresses'],
  ['brackets', 'PROXY TCP6 [2001:db8::1] [2001:db8::2] 1 2\r\n', 'two addresses'],
  ['a name', 'PROXY TCP4 localhost 192.0.2.2 1 2\r\n', 'two addresses'],
  ['a bad destination', 'PROXY TCP4 192.0.2.1 256.0.2.2 1 2\r\n', 'two addresses'],
  ['a port too high', 'PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n', 'two ports'],
  ['a port with a zero', 'PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n', 'two ports'],
  ['a negative port', 'PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n', 'two ports'],
  ['a port with an exponent', 'PROXY TCP4 192.0.2.1 192.0.2.2 1e3 2\r\n', 'two ports'],
  ['no line end in 107 bytes', `PROXY UNKNOWN ${'a'.repeat(93)}`, 'within 107 bytes'],
  ['a line end behind them', `PROXY UNKNOWN ${'a'.repeat(92)}\r\n`, 'within 107 bytes'],
  ['a bare line feed', `PROXY UNKNOWN\n${'a'.repeat(93)}`, 'within 107 bytes'],
  ['a bare carriage return', `PROXY UNKNOWN\r${'a'.repeat(93)}`, 'within 107 bytes'],
])('an invalid line: %s', (_, text, reason) => {
  const result = readProxyHeader(bytesOf(text))
  expect(result).toEqual({ kind: 'invalid', reason: expect.stringContaining(reason) })
})

test('a bare line feed does not end the line; the CR LF after it does', () => {
  const text = 'PROXY UNKNOWN\n\r\n'
  expect(readProxyHeader(bytesOf(text))).toMatchObject({ kind: 'invalid' })
})

test.each([
  ['version 1', v2({ command: 0x11, body: INET }), 'version 1'],
  ['version 3', v2({ command: 0x31, body: INET }), 'version 3'],
  ['another command', v2({ command: 0x22, body: INET }), 'command 2'],
  ['another family', v2({ protocol: 0x41, body: INET }), 'protocol 0x41'],
  ['another transport', v2({ protocol: 0x13, body: INET }), 'protocol 0x13'],
  ['no addresses', v2({ body: [] }), 'of 16 bytes: expected 28'],
  ['half of the addresses', v2({ body: INET.slice(0, 11) }), 'of 27 bytes: expected 28'],
  ['IPv4 addresses as IPv6', v2({ protocol: 0x21, body: INET }), 'of 28 bytes: expected 52'],
  ['a short UNIX path', v2({ protocol: 0x31, body: UNIX.slice(1) }), 'expected 232'],
  ['more than the limit', v2({ body: [], length: MAX_PROXY_HEADER_BYTES - 15 }), 'at most 4096'],
  ['the most that fits', v2({ command: 0x20, length: 0xffff }), 'at most 4096'],
  ['half a TLV', v2({ body: [...INET, 4] }), 'inside a TLV'],
  ['half a TLV, longer', v2({ body: [...INET, 4, 0] }), 'inside a TLV'],
  ['a TLV past the end', v2({ body: [...INET, 4, 0, 1] }), 'type 4 past its end'],
  [
    'a long TLV past the end',
    v2({ body: [...INET, 0xea, 0xff, 0xff, 1] }),
    'type 234 past its end',
  ],
  ['a checksum of 3 bytes', v2({ body: [...INET, ...tlv(3, 1, 2, 3)] }), 'checksum of 3 bytes'],
  ['a checksum of zeros', v2({ body: [...INET, ...tlv(3, 0, 0, 0, 0)] }), 'wrong checksum'],
  ['a TLV past the end of UNIX paths', v2({ protocol: 0x32, body: [...UNIX, 4, 0, 1] }), 'past'],
])('an invalid header: %s', (_, bytes, reason) => {
  const result = readProxyHeader(bytes)
  expect(result).toEqual({ kind: 'invalid', reason: expect.stringContaining(reason) })
})

test('the checksum detects damage to any byte', () => {
  for (let at = 0; at < CHECKED.length; at++) {
    const damaged = CHECKED.slice()
    damaged[at]! ^= 1
    const result = readProxyHeader(damaged)
    const source = result.kind === 'header' ? result.source : undefined
    expect([undefined, '2001:db8::1'], `byte ${at}`).toContain(source?.address)
  }
})

test('the longest header is read', () => {
  const padding = MAX_PROXY_HEADER_BYTES - 16 - INET.length - 3
  const bytes = v2({ body: [...INET, ...tlv(4, ...new Array<number>(padding).fill(0))] })
  expect(bytes).toHaveLength(MAX_PROXY_HEADER_BYTES)
  expect(readProxyHeader(bytes)).toMatchObject({ kind: 'header', length: MAX_PROXY_HEADER_BYTES })
})

test('reads a view into a larger buffer at its own offset', () => {
  const buffer = Uint8Array.from([1, 2, 3, ...AWS, 9])
  expect(readProxyHeader(buffer.subarray(3, -1))).toEqual(readProxyHeader(AWS))
})
