import { describe, expect, test } from 'vitest'
import { hmacSha256, portableSha256, sha256 } from './sha256.ts'

const hex = (bytes: string) =>
  Array.from(bytes, (unit) => unit.charCodeAt(0).toString(16).padStart(2, '0')).join('')

const repeat = (byte: number, times: number) => String.fromCharCode(byte).repeat(times)

describe('sha256', () => {
  test.each([
    ['nothing', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['one block', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'two blocks',
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    [
      'a million letters',
      'a'.repeat(1_000_000),
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    ],
    ['a high byte', '\xbd', '68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b'],
    [
      'zeros up to where padding needs a block of its own',
      '\0'.repeat(56),
      'd4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb',
    ],
    [
      'zeros that fill a block',
      '\0'.repeat(64),
      'f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b',
    ],
  ])('of %s', (_, message, digest) => {
    expect(hex(sha256(message))).toBe(digest)
    expect(hex(portableSha256(message))).toBe(digest)
  })
})

describe('hmacSha256', () => {
  test.each([
    [
      'case 1',
      repeat(0x0b, 20),
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      'case 2: a key shorter than the digest',
      'Jefe',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'case 3: more than a block',
      repeat(0xaa, 20),
      repeat(0xdd, 50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      'case 4',
      Array.from({ length: 25 }, (_, i) => String.fromCharCode(i + 1)).join(''),
      repeat(0xcd, 50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      'case 6: a key longer than a block',
      repeat(0xaa, 131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      'case 7: key and message longer than a block',
      repeat(0xaa, 131),
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('RFC 4231 %s', (_, key, message, mac) => {
    expect(hex(hmacSha256(key)(message))).toBe(mac)
  })

  test('one key serves many messages', () => {
    const mac = hmacSha256('Jefe')
    const first = mac('what do ya want for nothing?')
    mac('something else')
    expect(mac('what do ya want for nothing?')).toBe(first)
  })
})
