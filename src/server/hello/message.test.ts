import { expect, test } from 'vitest'
import {
  alpn,
  bare,
  captured,
  type Given,
  groups,
  helloOf,
  makeHello,
  pointFormats,
  published,
  serverName,
  signatures,
  versions,
} from './hello.fixture.ts'

const withExtensions = (...extensions: Given[]) => helloOf(makeHello({ extensions }))
const given = (client: string) => captured.find((one) => one.client === client)!.bytes

test('every part of the hello in RFC 8448', () => {
  const { extensions, random, ...rest } = helloOf(published[0]!.bytes)
  expect(rest).toEqual({
    recordVersion: 0x0301,
    legacyVersion: 0x0303,
    sessionIdLength: 0,
    ciphers: [0x1301, 0x1303, 0x1302],
    serverName: 'server',
    alpn: [],
    supportedVersions: [0x0304],
    supportedGroups: [0x1d, 0x17, 0x18, 0x19, 0x100, 0x101, 0x102, 0x103, 0x104],
    pointFormats: [],
    signatureAlgorithms: [
      0x0403, 0x0503, 0x0603, 0x0203, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201,
      0x0402, 0x0502, 0x0602, 0x0202,
    ],
    offersPsk: false,
    offersTicket: false,
    hasEch: false,
    length: 192,
  })
  expect(random).toHaveLength(32)
  expect([random[0], random[31]]).toEqual([0xcb, 0xe7])
  expect(extensions.map(({ type, data }) => [type, data.length])).toEqual([
    [0, 11],
    [0xff01, 1],
    [10, 20],
    [35, 0],
    [51, 38],
    [43, 3],
    [13, 32],
    [45, 2],
    [28, 2],
  ])
})

test('Chromium: GREASE keeps its position, and ECH is detected', () => {
  const hello = helloOf(given('Chromium'))
  const isGrease = (value: number) => (value & 0x0f0f) === 0x0a0a
  expect(hello).toMatchObject({ serverName: 'localhost', alpn: ['h2', 'http/1.1'], hasEch: true })
  expect(hello.sessionIdLength).toBe(32)
  for (const list of [
    hello.ciphers,
    hello.supportedGroups,
    hello.supportedVersions,
    hello.signatureAlgorithms,
  ]) {
    expect(list.filter(isGrease)).toHaveLength(1)
  }
  expect(hello.extensions.filter(({ type }) => isGrease(type))).toHaveLength(2)
})

test('curl to TLS 1.2 only: no versions of TLS 1.3, no ECH', () => {
  expect(helloOf(given('curl --tls-max 1.2'))).toMatchObject({
    supportedVersions: [],
    hasEch: false,
    alpn: ['h2', 'http/1.1'],
    offersPsk: false,
  })
})

test('a hello without extensions, and one with an empty list', () => {
  expect(helloOf(makeHello()).extensions).toEqual([])
  expect(helloOf(makeHello({ extensions: [] })).extensions).toEqual([])
})

test('session resumption: a non-empty ticket, and a TLS 1.3 key', () => {
  expect(withExtensions([35, []])).toMatchObject({ offersTicket: false, offersPsk: false })
  expect(withExtensions([35, [1, 2]])).toMatchObject({ offersTicket: true, offersPsk: false })
  expect(withExtensions([41, [0]])).toMatchObject({ offersTicket: false, offersPsk: true })
  expect(helloOf(makeHello({ sessionId: [1, 2, 3] }))).toMatchObject({ sessionIdLength: 3 })
})

test.each<[string, Given]>([
  ['no list', [0, []]],
  ['a list longer than the extension', [0, [0, 9, 0, 0, 1, 0x61]]],
  ['a list shorter than the extension', [0, [0, 3, 0, 0, 1, 0x61]]],
  ['a name longer than the list', [0, [0, 4, 0, 0, 9, 0x61]]],
  ['a name of another type', [0, [0, 4, 7, 0, 1, 0x61]]],
  ['an empty name', serverName('')],
  ['a name with NUL', serverName('a\0.example')],
  ['a name with a line break', serverName('a\r\nb')],
  ['a name in UTF-8', serverName('b\xc3\xbccher.example')],
  ['a name too long for the DNS', serverName('a'.repeat(256))],
])('no server name: %s', (_, extension) => {
  const hello = withExtensions(extension)
  expect(hello.serverName).toBeUndefined()
  expect(hello.extensions).toHaveLength(1)
})

test.each<[string, Given, object]>([
  ['protocols whose list does not fit', [16, [0, 9, 2, 0x68, 0x32]], { alpn: [] }],
  ['a protocol past the list', [16, [0, 3, 9, 0x68, 0x32]], { alpn: [] }],
  ['no protocols', alpn(), { alpn: [] }],
  ['an empty protocol', alpn('', 'h2'), { alpn: ['', 'h2'] }],
  ['groups whose list does not fit', [10, [0, 4, 0, 0x1d]], { supportedGroups: [] }],
  ['half a group', [10, [0, 3, 0, 0x1d, 0]], { supportedGroups: [0x1d] }],
  ['no groups', groups(), { supportedGroups: [] }],
  ['groups without a length', [10, [0]], { supportedGroups: [] }],
  ['formats whose list does not fit', [11, [2, 0]], { pointFormats: [] }],
  ['versions whose list does not fit', [43, [4, 3, 4]], { supportedVersions: [] }],
  ['signatures whose list does not fit', [13, [0, 2, 4, 3, 9]], { signatureAlgorithms: [] }],
])('%s', (_, extension, expected) => {
  expect(withExtensions(extension)).toMatchObject(expected)
})

test('the first of two equal extensions counts, and both are listed', () => {
  const hello = withExtensions(
    serverName('first.example'),
    serverName('second.example'),
    versions(0x0304),
    versions(0x0303),
    pointFormats(0),
    pointFormats(1),
    signatures(0x0403),
    signatures(0x0401),
    ...bare(0xfe0d, 0xfe0d)
  )
  expect(hello).toMatchObject({
    serverName: 'first.example',
    supportedVersions: [0x0304],
    pointFormats: [0],
    signatureAlgorithms: [0x0403],
  })
  expect(hello.extensions.map(({ type }) => type)).toEqual([
    0, 0, 43, 43, 11, 11, 13, 13, 0xfe0d, 0xfe0d,
  ])
})
