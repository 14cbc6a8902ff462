import { expect, test } from 'vitest'
import {
  alpn,
  bytesOf,
  captured,
  fromHex,
  inRecords,
  makeHello,
  makeMessage,
  serverName,
} from './hello.fixture.ts'
import { MAX_HELLO_BYTES, readClientHello } from './read.ts'

const reasonOf = (bytes: Uint8Array): string | undefined => {
  const result = readClientHello(bytes)
  return result.kind === 'invalid' ? result.reason : undefined
}

test.each(captured)('$client $version: a complete hello', ({ bytes }) => {
  expect(readClientHello(bytes)).toMatchObject({
    kind: 'hello',
    length: bytes.length,
    hello: { legacyVersion: 0x0303, length: bytes.length - 9 },
  })
})

test.each(captured)('$client $version: cut anywhere, it is incomplete', ({ bytes }) => {
  const kinds = new Set<string>()
  for (let end = 0; end < bytes.length; end++) {
    kinds.add(readClientHello(bytes.subarray(0, end)).kind)
  }
  expect([...kinds]).toEqual(['more'])
})

test.each(captured)('$client $version: later bytes change nothing', ({ bytes }) => {
  const result = readClientHello(bytes)
  const more = Uint8Array.from([...bytes, 0x14, 3, 3, 0, 1, 1, 0x17])
  expect(readClientHello(more)).toEqual(result)
})

test.each([1, 2, 3, 4, 5, 6, 7, 100, 1000])(
  'gives the same result in records of %d bytes',
  (size) => {
    for (const { bytes } of captured.slice(0, 3)) {
      const message = bytes.subarray(5)
      const whole = readClientHello(bytes)
      const cut = inRecords(message, { size })
      expect(readClientHello(cut)).toEqual({ ...whole, length: cut.length })
      for (let end = 0; end < cut.length; end += 13) {
        expect(readClientHello(cut.subarray(0, end))).toEqual({ kind: 'more' })
      }
    }
  }
)

test('the length includes all of the last record, even bytes after the hello', () => {
  const message = makeMessage({ extensions: [serverName('a.example')] })
  const bytes = inRecords([...message, 20, 0, 0, 0])
  expect(readClientHello(bytes)).toMatchObject({
    kind: 'hello',
    length: bytes.length,
    hello: { length: message.length - 4, serverName: 'a.example' },
  })
})

test('returns the version of the first record', () => {
  const bytes = inRecords(makeMessage(), { version: 0x0304 })
  expect(readClientHello(bytes)).toMatchObject({ hello: { recordVersion: 0x0304 } })
})

test.each([
  ['plain HTTP', bytesOf('GET / HTTP/1.1\r\n')],
  ['one byte of it', bytesOf('G')],
  ['HTTP/2 without TLS', bytesOf('PRI * HTTP/2.0\r\n')],
  ['SSH', bytesOf('SSH-2.0-OpenSSH')],
  ['a PROXY line', bytesOf('PROXY TCP4 ')],
  ['DTLS 1.2', fromHex('16fefd0000000000000000')],
  ['DTLS 1.0', fromHex('16feff')],
  ['an alert', fromHex('15030100020228')],
  ['application data', fromHex('1703030010')],
  ['text of UTF-8', fromHex('c3a4c3b6c3bc')],
  ['zeros', new Uint8Array(10)],
])('%s is not TLS', (_, bytes) => {
  expect(readClientHello(bytes)).toEqual({ kind: 'not_tls' })
})

test.each([
  ['nothing yet', ''],
  ['the type of a record', '16'],
  ['half a record header', '160301'],
  ['a record header', '1603010100'],
  ['what may become SSL 2.0', '80'],
  ['the same, longer', '802e0103'],
])('%s is incomplete', (_, hex) => {
  expect(readClientHello(fromHex(hex))).toEqual({ kind: 'more' })
})

test.each([
  ['asks for SSL 2.0', '802e010002'],
  ['asks for TLS 1.0', '802e010301'],
  ['asks for TLS 1.2', '802e010303'],
])("SSL 2.0's form of hello is refused: %s", (_, hex) => {
  expect(reasonOf(fromHex(hex))).toContain('SSL 2.0')
})

const messageOf = (length: number) => [1, 0, length >> 8, length & 0xff]
const hello = makeMessage({ extensions: [alpn('h2')] })
/** Offsets in a message with an empty session ID and one cipher. */
const SESSION_ID_LENGTH = 4 + 2 + 32
const CIPHERS_LENGTH = SESSION_ID_LENGTH + 1
const EXTENSIONS_LENGTH = CIPHERS_LENGTH + 2 + 2 + 2
const EXTENSION_LENGTH = EXTENSIONS_LENGTH + 2 + 2
const withByte = (at: number, value: number) => hello.map((byte, i) => (i === at ? value : byte))

test.each([
  ['an empty record', fromHex('1603010000'), 'empty handshake record'],
  ['an empty record amid a hello', fromHex('160301000101160301000001'), 'empty handshake record'],
  ['an alert amid a hello', fromHex('16030100010115030100020228'), 'record of type 21'],
  [
    'a record of SSL 2 amid a hello',
    fromHex('160301000101160200000101'),
    'record of type 22 and version 2',
  ],
  ['a ServerHello', inRecords([2, 0, 0, 0]), 'message of type 2'],
  ['an empty hello', inRecords(messageOf(0)), 'ends before its extensions'],
  ['a short hello', inRecords([...messageOf(2), 3, 3]), 'ends before its extensions'],
  [
    'a long session id',
    inRecords(
      [...hello.slice(0, SESSION_ID_LENGTH), 33, ...new Array(60).fill(0)].map((byte, i) =>
        i === 3 ? 95 : byte
      )
    ),
    'session id of 33 bytes',
  ],
  [
    'a session id past the end',
    inRecords(withByte(SESSION_ID_LENGTH, 255)),
    'ends before its extensions',
  ],
  ['ciphers past the end', inRecords(withByte(CIPHERS_LENGTH, 255)), 'ends before its extensions'],
  ['half a cipher', inRecords(withByte(CIPHERS_LENGTH + 1, 1)), 'list of ciphers of 1 bytes'],
  [
    'extensions past the end',
    inRecords(withByte(EXTENSIONS_LENGTH, 1)),
    'length of the extensions',
  ],
  [
    'extensions that end early',
    inRecords(withByte(EXTENSIONS_LENGTH + 1, 0)),
    'length of the extensions',
  ],
  [
    'an extension past the end',
    inRecords(withByte(EXTENSION_LENGTH + 1, 6)),
    'reaches past the end',
  ],
])('%s is invalid', (_, bytes, reason) => {
  expect(reasonOf(bytes)).toContain(reason)
})

test('reads a hello as long as one record, and refuses a longer one as soon as its length is known', () => {
  const fits = MAX_HELLO_BYTES - makeHello({ extensions: [[21, []]] }).length
  const padded = (length: number) => makeHello({ extensions: [[21, new Array(length).fill(0)]] })
  expect(readClientHello(padded(fits))).toMatchObject({ kind: 'hello', length: MAX_HELLO_BYTES })
  expect(readClientHello(padded(fits).subarray(0, -1))).toEqual({ kind: 'more' })
  expect(reasonOf(padded(fits + 1).subarray(0, MAX_HELLO_BYTES))).toContain('more than 16389 bytes')
  expect(reasonOf(inRecords([1, 0, 0x40, 0]))).toContain('more than 16389 bytes')
  expect(reasonOf(inRecords([1, 0xff, 0xff, 0xff]))).toContain('more than 16389 bytes')
  expect(reasonOf(fromHex('1603014001'))).toContain('more than 16389 bytes')
})

test('tiny records cannot make the reader wait forever', () => {
  const bytes = inRecords([1, 0, 0x3f, 0, ...new Array(4000).fill(0)], { size: 1 })
  const firstNot = Array.from({ length: bytes.length }, (_, end) => end).find(
    (end) => readClientHello(bytes.subarray(0, end)).kind !== 'more'
  )
  expect(firstNot).toBeLessThanOrEqual(MAX_HELLO_BYTES)
  expect(reasonOf(bytes)).toContain('more than 16389 bytes')
})
