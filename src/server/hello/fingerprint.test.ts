import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fieldFacts } from '../../language/fields.ts'
import { valueFromJson } from '../../language/json.ts'
import { helloFields, ja3, ja4 } from './fingerprint.ts'
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

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)
const GREASE = Array.from({ length: 16 }, (_, i) => 0x0a0a + i * 0x1010)
const NOT_GREASE = [0x0a1a, 0x1a0a, 0x0b0b, 0x0a0b, 0xfafb, 0x0a00, 0x000a, 0xaaab]
const numbersOf = (list: string) => list.split(',').map((text) => Number.parseInt(text, 16))

describe('hellos of real clients', () => {
  test.each(captured)('$client $version', ({ bytes, ja3: hash, ja4: expected }) => {
    const hello = helloOf(bytes)
    expect(ja3(hello).hash).toBe(hash)
    expect(ja4(hello)).toBe(expected)
  })

  test.each(published)(
    '$client has its published fingerprints',
    ({ bytes, ja3Text, ja3: hash, ja4: expected }) => {
      const hello = helloOf(bytes)
      expect(ja3(hello)).toEqual({ text: ja3Text, hash })
      expect(ja4(hello)).toBe(expected)
    }
  )

  test("two runs of Chromium: another JA3, the same JA4, which is the one in FoxIO's sigalg-grease.pcapng", () => {
    const runs = captured
      .filter(({ client }) => client === 'Chromium')
      .map(({ bytes }) => helloOf(bytes))
    expect(new Set(runs.map((hello) => ja3(hello).hash)).size).toBe(2)
    expect(new Set(runs.map((hello) => ja4(hello)))).toEqual(
      new Set(['t13d1517h2_8daaf6152771_cb7bf5808d99'])
    )
  })

  test('each client has a different JA4', () => {
    const clients = new Set(captured.map(({ client }) => client))
    expect(clients.size).toBe(9)
    expect(new Set(captured.map(({ bytes }) => ja4(helloOf(bytes)))).size).toBe(clients.size)
  })
})

/** JA4 of raw lists as FoxIO's tools print them (`JA4_ro`), with GREASE at Chromium's positions. */
const ofLists = (o: {
  ciphers: string
  extensions: string
  signatures: string
  protocol: string
  tls12?: boolean
}) =>
  helloOf(
    makeHello({
      ciphers: [0x3a3a, ...numbersOf(o.ciphers)],
      extensions: [
        [0x5a5a, []],
        ...numbersOf(o.extensions).map((type): Given => {
          if (type === 0x0000) return serverName('a.example')
          if (type === 0x0010) return alpn(o.protocol, 'x')
          if (type === 0x002b) return versions(0xdada, 0x0304, 0x0303)
          if (type === 0x000d) return signatures(0x8a8a, ...numbersOf(o.signatures))
          if (type === 0x000a) return groups(0x7a7a, 0x001d)
          return [type, []]
        }),
        [0xfafa, [0]],
      ],
    })
  )

const CHROME_CIPHERS = '1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035'
const CHROME_SIGNATURES = '0403,0804,0401,0503,0805,0501,0806,0601'

describe('JA4', () => {
  test.each([
    {
      source: "the specification's example",
      ciphers: CHROME_CIPHERS,
      extensions: '001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015',
      signatures: CHROME_SIGNATURES,
      protocol: 'h2',
      expected: 't13d1516h2_8daaf6152771_e5627efa2ab1',
    },
    {
      source: 'browsers-x509.pcapng, stream 1',
      ciphers: CHROME_CIPHERS,
      extensions: '002b,4469,000b,0017,000d,0000,001b,0005,0033,ff01,0010,000a,002d,0012,0023,0015',
      signatures: CHROME_SIGNATURES,
      protocol: 'h2',
      expected: 't13d1516h2_8daaf6152771_e5627efa2ab1',
    },
    {
      source: 'sigalg-grease.pcapng',
      ciphers: CHROME_CIPHERS,
      extensions:
        'fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,000b,ca34,002d,0000,0005,001b,0012',
      signatures: '0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601',
      protocol: 'h2',
      expected: 't13d1517h2_8daaf6152771_cb7bf5808d99',
    },
    {
      source: 'tls12.pcap (Firefox)',
      ciphers:
        '1301,1303,1302,c02b,c02f,cca9,cca8,c02c,c030,c00a,c009,c013,c014,009c,009d,002f,0035',
      extensions: '0000,0017,ff01,000a,000b,0023,0010,0005,0022,0033,002b,000d,002d,001c,0015',
      signatures: '0403,0503,0603,0804,0805,0806,0401,0501,0601,0203,0201',
      protocol: 'h2',
      expected: 't13d1715h2_5b57614c22b0_3d5424432f57',
    },
    {
      source: 'tls-handshake.pcapng, stream 5',
      ciphers: CHROME_CIPHERS,
      extensions: '000d,0033,0000,ff01,002b,0023,002d,0005,0012,000b,0017,4469,0010,001b,000a,0015',
      signatures: CHROME_SIGNATURES,
      protocol: 'http/1.1',
      expected: 't13d1516h1_8daaf6152771_e5627efa2ab1',
    },
    {
      source: 'tls-handshake.pcapng, stream 6: no ALPN',
      ciphers: CHROME_CIPHERS,
      extensions: '0033,002b,001b,0000,0012,002d,000d,000a,0005,0023,0017,ff01,000b,0015',
      signatures: CHROME_SIGNATURES,
      protocol: '',
      expected: 't13d151400_8daaf6152771_de4a06bb82e3',
    },
  ])("FoxIO's $source", ({ expected, ...lists }) => {
    expect(ja4(ofLists(lists))).toBe(expected)
  })

  test('in QUIC it begins with q', () => {
    const hello = helloOf(captured[0]!.bytes)
    expect(ja4(hello, 'q')).toBe(ja4(hello).replace(/^t/, 'q'))
  })

  test.each([
    ['TLS 1.3 is the highest', 0x0303, [0x0303, 0x0304], '13'],
    ['TLS 1.2 is the highest', 0x0301, [0x0302, 0x0303], '12'],
    ['the list wins over a higher legacy version', 0x0304, [0x0302], '11'],
    ['GREASE is not the highest', 0x0303, [0xfafa, 0x0304], '13'],
    ['nothing but GREASE', 0x0303, [0xfafa], '12'],
    ['no list, TLS 1.2', 0x0303, undefined, '12'],
    ['no list, TLS 1.1', 0x0302, undefined, '11'],
    ['no list, TLS 1.0', 0x0301, undefined, '10'],
    ['no list, SSL 3.0', 0x0300, undefined, 's3'],
    ['no list, SSL 2.0', 0x0002, undefined, 's2'],
    ['an unknown version', 0x0399, undefined, '00'],
    ['a draft of TLS 1.3', 0x0303, [0x7f1c, 0x0303], '00'],
  ])('version: %s', (_, legacyVersion, list, expected) => {
    const extensions = list === undefined ? undefined : [versions(...list)]
    expect(ja4(helloOf(makeHello({ legacyVersion, extensions }))).slice(1, 3)).toBe(expected)
  })

  test.each([
    ['h2', 'h2'],
    ['http/1.1', 'h1'],
    ['acme-tls/1', 'a1'],
    ['x', 'xx'],
    ['', '00'],
    ['\xab', 'ab'],
    ['\xab\xcd', 'ad'],
    ['0\xab', '3b'],
    ['01\xab\xcd', '3d'],
    ['0\xab\xcd1', '01'],
    ['/a', '21'],
    ['a/', '6f'],
    [':0', '30'],
    ['@Z', '4a'],
    ['[z', '5a'],
    ['`A', '61'],
    ['{9', '79'],
    ['AZ', 'AZ'],
    ['\u0000', '00'],
  ])('first protocol %j: %s', (protocol, expected) => {
    const hello = helloOf(makeHello({ extensions: [alpn(protocol, 'other')] }))
    expect(ja4(hello).slice(8, 10)).toBe(expected)
  })

  test('a GREASE protocol does not change it', () => {
    const of = (...names: string[]) => ja4(helloOf(makeHello({ extensions: [alpn(...names)] })))
    expect(of('\x0a\x0a', 'h2')).toBe(of('h2'))
    expect(of('ZZ', 'h2')).toBe(of('h2'))
    expect(of('\xfa\xfa').slice(8, 10)).toBe('00')
    expect(of('ZZZ', 'h2')).not.toBe(of('h2'))
    expect(of('YY', 'h2')).not.toBe(of('h2'))
  })

  test('counts stop at 99', () => {
    const of = (ciphers: number, extensions: number) =>
      ja4(
        helloOf(
          makeHello({
            ciphers: Array.from({ length: ciphers }, (_, i) => i),
            extensions: bare(...Array.from({ length: extensions }, (_, i) => 0x4000 + i)),
          })
        )
      ).slice(4, 8)
    expect(of(9, 5)).toBe('0905')
    expect(of(99, 99)).toBe('9999')
    expect(of(100, 1000)).toBe('9999')
  })

  test('without ciphers or extensions the hashes are zeros', () => {
    expect(ja4(helloOf(makeHello({ ciphers: [] })))).toBe('t12i000000_000000000000_000000000000')
    expect(ja4(helloOf(makeHello({ ciphers: [0x0a0a], extensions: [[0x1a1a, []]] })))).toBe(
      't12i000000_000000000000_000000000000'
    )
    // JA4 counts the server name and protocols but does not hash them.
    expect(ja4(helloOf(makeHello({ extensions: [serverName('a.example'), alpn('h2')] })))).toBe(
      `t12d0102h2_${sha256('1301')}_000000000000`
    )
  })

  test('without signature algorithms nothing follows the extensions', () => {
    const of = (...extensions: Given[]) => ja4(helloOf(makeHello({ extensions }))).slice(-12)
    expect(of([23, []], [5, []])).toBe(sha256('0005,0017'))
    expect(of([23, []], signatures())).toBe(sha256('000d,0017'))
    expect(of([23, []], signatures(0x0804, 0x0403))).toBe(sha256('000d,0017_0804,0403'))
  })

  test('the order of ciphers and extensions does not matter, but that of signature algorithms does', () => {
    const of = (ciphers: number[], extensions: Given[]) =>
      ja4(helloOf(makeHello({ ciphers, extensions })))
    const one = of([0x1301, 0xc02b, 0x002f], [[23, []], [5, []], signatures(0x0403, 0x0804)])
    expect(of([0x002f, 0x1301, 0xc02b], [signatures(0x0403, 0x0804), [5, []], [23, []]])).toBe(one)
    expect(of([0x1301, 0xc02b, 0x002f], [[23, []], [5, []], signatures(0x0804, 0x0403)])).not.toBe(
      one
    )
  })

  test('the server name and the protocol change only the first part', () => {
    const of = (...extensions: Given[]) =>
      ja4(helloOf(makeHello({ extensions: [...extensions, [23, []]] }))).split('_')
    const [first, ...hashes] = of(serverName('a.example'), alpn('h2'))
    const [other, ...otherHashes] = of()
    expect([first, other]).toEqual(['t12d0103h2', 't12i010100'])
    expect(otherHashes).toEqual(hashes)
  })
})

describe('GREASE', () => {
  const of = (value?: number) => {
    const extra = value === undefined ? [] : [value]
    return helloOf(
      makeHello({
        ciphers: [...extra, 0x1301],
        extensions: [
          ...bare(...extra),
          groups(...extra, 0x001d),
          versions(...extra, 0x0304),
          signatures(...extra, 0x0403),
        ],
      })
    )
  }

  test.each(GREASE)('%i changes neither fingerprint', (value) => {
    expect(ja3(of(value))).toEqual(ja3(of()))
    expect(ja4(of(value))).toBe(ja4(of()))
  })

  test.each(NOT_GREASE)('%i is not GREASE and changes both', (value) => {
    expect(ja3(of(value)).hash).not.toBe(ja3(of()).hash)
    expect(ja4(of(value))).not.toBe(ja4(of()))
  })
})

describe('JA3', () => {
  test.each([
    [
      "salesforce/ja3's first example",
      '769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0',
      'ada70206e40642a3e4461f35503241d5',
      {
        legacyVersion: 769,
        ciphers: [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
        extensions: [serverName('a.example'), groups(23, 24, 25), pointFormats(0)],
      },
    ],
    [
      'its second, without extensions',
      '769,4-5-10-9-100-98-3-6-19-18-99,,,',
      'de350869b8c85de67a350c8d186f11e6',
      { legacyVersion: 769, ciphers: [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99] },
    ],
    [
      'a point format is one byte and never GREASE',
      '771,4865,11-10,29,0-10-26',
      'fdf6a03488fb7b2aabe1cb99e9cd2894',
      { ciphers: [4865], extensions: [pointFormats(0, 10, 26), groups(29)] },
    ],
  ])('%s', (_, text, hash, given) => {
    const { text: ownText, hash: ownHash } = ja3(helloOf(makeHello(given)))
    expect(ownText).toBe(text)
    expect(ownHash).toBe(hash)
  })

  test('uses the legacy version, not that of the record or the list', () => {
    const hello = helloOf(makeHello({ legacyVersion: 0x0302, extensions: [versions(0x0304)] }))
    expect(ja3(hello).text).toBe('770,4865,43,,')
  })
})

const OPENSSL_CIPHERS = numbersOf(
  '1302,1303,1301,c02c,c030,009f,cca9,cca8,ccaa,c02b,c02f,009e,c024,c028,006b,c023,c027,0067,' +
    'c00a,c014,0039,c009,c013,0033,009d,009c,003d,003c,0035,002f,00ff'
)

describe('fields of the Rules language', () => {
  // Values of `request.cf` from Cloudflare's documentation, or published together with the client's name.
  test.each([
    [
      'cf.tls_ciphers_sha1',
      "curl's, in the documentation",
      OPENSSL_CIPHERS,
      'GXSPDLP4G3X+prK73a4wBuOaHRc=',
    ],
    [
      'cf.tls_ciphers_sha1',
      "Chrome's over HTTP/3",
      [0x1301, 0x1302, 0x1303],
      '3HTt3+R/6BL3zeALJDSq0pR1yOQ=',
    ],
    [
      'cf.tls_ciphers_sha1',
      "Chrome's over HTTP/2, GREASE included",
      [0xcaca, ...numbersOf(CHROME_CIPHERS)],
      'KuGfs2vBuh8l0G+IPFHc60e2nNk=',
    ],
    [
      'cf.tls_client_extensions_sha1',
      "Node's, resuming a session",
      [0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51, 41],
      'GWeb1cCR2UBICwtIDbeP9YjL/PU=',
    ],
    [
      'cf.tls_client_extensions_sha1_le',
      "Node's, resuming a session",
      [0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51, 41],
      'LddRTv85Gcz7xx7AQg+t+GZR5bs=',
    ],
    [
      'cf.tls_client_extensions_sha1_le',
      "curl's, in the documentation",
      [0, 11, 10, 13172, 16, 22, 23, 49, 13, 43, 45, 51, 21],
      '7zIpdDU5pvFPPBI2/PCzqbaXnRA=',
    ],
  ])('%s: %s', (field, _, values, expected) => {
    const hello = makeHello(
      field === 'cf.tls_ciphers_sha1' ? { ciphers: values } : { extensions: bare(...values) }
    )
    expect(helloFields(helloOf(hello))[field]).toBe(expected)
  })

  test('the length excludes the header of the message: 508 with curl, as in the documentation', () => {
    const curl = captured.find(({ client }) => client === 'curl')!
    expect(helloFields(helloOf(curl.bytes))['cf.tls_client_hello_length']).toBe(508)
  })

  test('the random is 32 bytes in base64', () => {
    expect(helloFields(helloOf(makeHello()))['cf.tls_client_random']).toBe(
      'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
    )
  })

  test('the fingerprints', () => {
    const hello = helloOf(captured[0]!.bytes)
    expect(helloFields(hello)).toMatchObject({
      'cf.bot_management.ja3_hash': ja3(hello).hash,
      'cf.bot_management.ja4': ja4(hello),
    })
  })

  test('all are fields that the transport supplies, with values of their types', () => {
    for (const [name, json] of Object.entries(helloFields(helloOf(captured[0]!.bytes)))) {
      const facts = fieldFacts.get(name)
      expect(facts?.source, name).toBe('tls')
      expect(valueFromJson(facts!.type, json, name)).toBe(json)
    }
  })
})
