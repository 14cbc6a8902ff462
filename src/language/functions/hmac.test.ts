import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBase64, encodeBase64Url } from './base64.ts'
import { evaluate, problemOf } from './evaluate.fixture.ts'
import { hmacSha256 } from './sha256.ts'

const KEY = 'mysecretkey'
const ISSUED = 1484063787
const TTL_SECONDS = 100
const PATH = '/download/cat.jpg'
const SEPARATOR = '?verify='

const digest = (message = PATH, issued: number | string = ISSUED, key = KEY) =>
  hmacSha256(key)(`${message}${issued}`)
const mac = encodeBase64(digest())
const encoded = encodeURIComponent(mac)
const token = `${PATH}${SEPARATOR}${ISSUED}-${encoded}`

const isValid = (text: string, { number = ISSUED + 50, more = ', 8' } = {}) =>
  evaluate(`is_timed_hmac_valid_v0("${KEY}", text, ${TTL_SECONDS}, number${more})`, {
    text,
    number,
  })

describe('is_timed_hmac_valid_v0', () => {
  test('knows a MAC that another implementation made', () => {
    // printf '/download/cat.jpg1484063787' | openssl dgst -sha256 -hmac mysecretkey -binary | base64
    const known = 'JcOQEFurDwNF66OcDJLopQxjsg3cB1KVO5+BFS9zZZ0='
    expect(isValid(`${PATH}${SEPARATOR}${ISSUED}-${known}`)).toBe(true)
  })

  test.each([
    ['a percent-encoded MAC', token, true],
    ['a bare MAC', `${PATH}${SEPARATOR}${ISSUED}-${mac}`, true],
    ['lower-case escapes', `${PATH}${SEPARATOR}${ISSUED}-${encoded.replace('%3D', '%3d')}`, true],
    ['a separator of other bytes', `${PATH}????????${ISSUED}-${encoded}`, true],
    ['a separator that is too short', `${PATH}?verify${ISSUED}-${encoded}`, false],
    ['another path', token.replace('cat', 'dog'), false],
    ['another time', token.replace(`${ISSUED}`, `${ISSUED + 1}`), false],
    ['nine digits', `${PATH}${SEPARATOR}148406378-${encoded}`, false],
    ['no message', `${SEPARATOR}${ISSUED}-${encodeBase64(digest(''))}`, false],
    ['no MAC', `${PATH}${SEPARATOR}${ISSUED}-`, false],
    ['a MAC that is cut', `${PATH}${SEPARATOR}${ISSUED}-${encoded.slice(0, -4)}`, false],
    ['something behind the MAC', `${token}&x=1`, false],
    ['something behind the MAC, percent-encoded', `${token}%3D`, false],
    [
      'the MAC of another key',
      `${PATH}${SEPARATOR}${ISSUED}-${encodeBase64(digest(PATH, ISSUED, 'x'))}`,
      false,
    ],
    ['nothing', '', false],
  ])('%s', (_, text, expected) => expect(isValid(text)).toBe(expected))

  test.each([
    [ISSUED, true],
    [ISSUED + TTL_SECONDS - 1, true],
    [ISSUED + TTL_SECONDS, false],
    [ISSUED + TTL_SECONDS + 1, false],
    [2n ** 62n, false],
  ])('at %s: %s', (number, expected) => {
    expect(isValid(token, { number: number as number })).toBe(expected)
  })

  test('without a separator the timestamp follows the message', () => {
    const text = `${PATH}${ISSUED}-${encoded}`
    expect(isValid(text, { more: '' })).toBe(true)
    expect(isValid(text, { more: ', 0' })).toBe(true)
    expect(isValid(text, { more: ', 1' })).toBe(false)
  })

  test('digits before the timestamp belong to the message', () => {
    const message = '/a/1234567890-'
    const text = `${message}${ISSUED}-${encodeBase64(digest(message))}`
    expect(isValid(text, { more: '' })).toBe(true)
  })

  test('with "s" the MAC is Base64 for URLs, without padding', () => {
    const more = ', 8, "s"'
    const urlSafe = encodeBase64Url(digest())
    expect(isValid(`${PATH}${SEPARATOR}${ISSUED}-${urlSafe}`, { more })).toBe(true)
    expect(isValid(`${PATH}${SEPARATOR}${ISSUED}-${urlSafe}=`, { more })).toBe(false)
    expect(isValid(token, { more })).toBe(false)
  })

  test('with "s" a dash in the MAC is not taken for the one behind the timestamp', () => {
    for (let i = 0; i < 300; i++) {
      const message = `/${i}`
      const text = `${message}${ISSUED}-${encodeBase64Url(digest(message))}`
      expect(isValid(text, { more: ', 0, "s"' })).toBe(true)
    }
  })

  test('no byte of the MAC can be changed', () => {
    const start = `${PATH}${SEPARATOR}${ISSUED}-`
    for (let i = 0; i < mac.length; i++) {
      const changed = mac.slice(0, i) + (mac[i] === 'A' ? 'B' : 'A') + mac.slice(i + 1)
      expect(isValid(start + changed)).toBe(false)
    }
  })

  test('whatever a visitor sends is answered with a truth', () => {
    const piece = fc.constantFrom(token, `${ISSUED}`, '-', '%', '%zz', encoded, '\xff', '\0', '9')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        expect(isValid(text)).toBe(text.endsWith(token) && text === token)
      })
    )
    expect(isValid('1234567890-'.repeat(6_000))).toBe(false)
    expect(isValid('%'.repeat(65_536))).toBe(false)
  })

  test('of a missing value is missing', () => {
    expect(evaluate('is_timed_hmac_valid_v0("k", text, 1, number)', { number: 1 })).toBeUndefined()
  })

  test.each([
    ['is_timed_hmac_valid_v0("", text, 1, number)', 'invalid_argument', '""'],
    ['is_timed_hmac_valid_v0("k", text, 0, number)', 'invalid_argument', '0'],
    ['is_timed_hmac_valid_v0("k", text, 1, number, -1)', 'invalid_argument', '-1'],
    ['is_timed_hmac_valid_v0("k", text, 1, number, 0, "x")', 'invalid_argument', '"x"'],
    ['is_timed_hmac_valid_v0(other, text, 1, number)', 'invalid_argument_kind', 'other'],
    ['is_timed_hmac_valid_v0("k", text, number, number)', 'invalid_argument_kind', 'number'],
    ['is_timed_hmac_valid_v0("k", text, 1, other)', 'invalid_argument_type', 'other'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
