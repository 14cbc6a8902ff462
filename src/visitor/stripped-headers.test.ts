import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isStrippedRequestHeader, mayBeStripped, overrideHeaderNames } from './stripped-headers.ts'

describe('isStrippedRequestHeader', () => {
  test.each([
    'cf-connecting-ip',
    'cf-ray',
    'cf-ipcountry',
    'cf-visitor',
    'cf-',
    'cf_connecting_ip',
    'cf-connecting_ip',
    'true-client-ip',
    'true_client_ip',
    'x-edge-as',
    'x_edge_ip',
    'x_forwarded_for',
    'x_forwarded_proto',
    'x-forwarded_proto',
    'x.forwarded.for',
    'cdn_loop',
    'user_agent',
    'content_type',
    'transfer_encoding',
    'cf.ray',
    ...overrideHeaderNames,
  ])('%s never reaches the origin', (name) => {
    expect(isStrippedRequestHeader(name)).toBe(true)
  })

  test.each([
    'cf',
    'cfray',
    'x-cf-ray',
    'cdn-loop',
    'x-forwarded-for',
    'x-edge-ips',
    'x-edge',
    'x-real-ip',
    'user-agent',
    'transfer-encoding',
    'x-forwarded-proto',
    'api_key',
    'x_requested_with',
    'content-type',
    'forwarded',
    '',
    '__proto__',
    'constructor',
  ])('%s passes', (name) => {
    expect(isStrippedRequestHeader(name)).toBe(false)
  })
})

describe('mayBeStripped', () => {
  const KNOWN = [
    ...overrideHeaderNames,
    'true-client-ip',
    'cf-ray',
    'cf-connecting-ip',
    'accept-language',
    'cdn-loop',
    'content-length',
    'content-type',
    'transfer-encoding',
    'user-agent',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-forwarded-proto',
    'x-forwarded-scheme',
    'x-forwarded-server',
    'x-forwarded-ssl',
    'x-real-ip',
    'x-request-id',
  ]
  /** A known name with some letters in upper case and some hyphens as other bytes. */
  const spelling = fc
    .tuple(fc.constantFrom(...KNOWN), fc.infiniteStream(fc.constantFrom(0, 1, 2)))
    .map(([name, choices]) =>
      [...name]
        .map((char) => {
          const choice = choices.next().value
          if (choice === 0) return char
          return char === '-' ? '_.'[choice - 1]! : char.toUpperCase()
        })
        .join('')
    )

  test('finds every name to strip, in any spelling', () => {
    fc.assert(
      fc.property(
        fc.oneof(spelling, fc.string({ unit: 'binary-ascii', maxLength: 40 })),
        (name) => {
          if (isStrippedRequestHeader(name.toLowerCase())) expect(mayBeStripped(name)).toBe(true)
        }
      )
    )
  })

  test.each(['Host', 'Accept', 'Cookie', 'Connection', 'Cache-Control', 'Referer', ''])(
    '%s is excluded by its first check',
    (name) => expect(mayBeStripped(name)).toBe(false)
  )
})
