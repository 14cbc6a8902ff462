import '../../test/whole.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createVisitors } from './identify.ts'

const trust = ['private', '173.245.48.0/20']
const { identify } = createVisitors({ trust })

const visitorOf = (headers: Record<string, string>, remoteAddress = '10.0.0.1') =>
  identify((name) => (Object.hasOwn(headers, name) ? headers[name] : undefined), { remoteAddress })
const schemeOf = (headers: Record<string, string>, remoteAddress?: string) =>
  visitorOf(headers, remoteAddress).forwardedScheme

describe('the scheme from a trusted peer', () => {
  test.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ 'x-forwarded-proto': 'https' }, 'https'],
    [{ 'x-forwarded-proto': 'http' }, 'http'],
    [{ 'x-forwarded-proto': ' HTTPS ' }, 'https'],
    [{ 'x-forwarded-proto': 'wss' }, 'https'],
    [{ 'x-forwarded-proto': 'ws' }, 'http'],
    [{ 'x-forwarded-proto': 'gopher' }, undefined],
    [{ 'x-forwarded-proto': '' }, undefined],
    [{ forwarded: 'for=192.0.2.1;proto=https' }, 'https'],
    [{ forwarded: 'proto=HTTPS' }, 'https'],
    [{ forwarded: 'for=192.0.2.1;proto="https"' }, 'https'],
    [{ forwarded: 'for=192.0.2.1' }, undefined],
    [{ forwarded: 'for=192.0.2.1;proto=ftp' }, undefined],
    [{ forwarded: 'for=192.0.2.1;proto=https;proto=http' }, undefined],
    // the more common one wins, as for addresses; where it says nothing the other counts
    [{ 'x-forwarded-proto': 'http', forwarded: 'proto=https' }, 'http'],
    [{ 'x-forwarded-proto': 'gopher', forwarded: 'proto=https' }, 'https'],
  ])('of %j is %j', (headers, expected) => expect(schemeOf(headers)).toBe(expected))

  test.each<[string, Record<string, string>, string]>([
    [
      'what is left of the visitor’s own entry is its own words',
      { 'x-forwarded-for': '198.51.100.1, 192.0.2.1', 'x-forwarded-proto': 'https, http' },
      'http',
    ],
    [
      'behind two proxies the first one’s word counts',
      { 'x-forwarded-for': '192.0.2.1, 10.0.0.2', 'x-forwarded-proto': 'https, http' },
      'https',
    ],
    [
      'one entry of two proxies is the first one’s',
      { 'x-forwarded-for': '192.0.2.1, 10.0.0.2', 'x-forwarded-proto': 'https' },
      'https',
    ],
    [
      'without addresses the last proxy’s word counts',
      { 'x-forwarded-proto': 'https, http' },
      'http',
    ],
    [
      'the same in Forwarded',
      { forwarded: 'for=198.51.100.1;proto=https, for=192.0.2.1;proto=http' },
      'http',
    ],
    [
      'behind two proxies in Forwarded',
      { forwarded: 'for=192.0.2.1;proto=https, for=10.0.0.2;proto=http' },
      'https',
    ],
    [
      'a proxy that hides its caller still says how it was called',
      {
        forwarded: 'for=198.51.100.1;proto=http, for=_hidden;proto=https, for=10.0.0.2;proto=http',
      },
      'https',
    ],
  ])('%s', (_, headers, expected) => expect(schemeOf(headers)).toBe(expected))

  test.each<[string, Record<string, string>, string, string | undefined]>([
    ['of Cloudflare', { 'cf-visitor': '{"scheme":"https"}' }, '173.245.48.9', 'https'],
    [
      'of Cloudflare before another',
      { 'cf-visitor': '{"scheme":"https"}', 'x-forwarded-proto': 'http' },
      '173.245.48.9',
      'https',
    ],
    [
      'that came through another proxy with CF-Connecting-IP',
      { 'cf-visitor': '{"scheme":"https"}', 'cf-connecting-ip': '192.0.2.1' },
      '10.0.0.1',
      'https',
    ],
    [
      'of a visitor, whose proxy passed it on',
      { 'cf-visitor': '{"scheme":"https"}', 'x-forwarded-for': '192.0.2.1' },
      '10.0.0.1',
      undefined,
    ],
    ['that is no scheme', { 'cf-visitor': '{"scheme":"x"}' }, '173.245.48.9', undefined],
    ['that is no JSON', { 'cf-visitor': 'https' }, '173.245.48.9', undefined],
  ])('CF-Visitor %s', (_, headers, peer, expected) => {
    expect(schemeOf(headers, peer)).toBe(expected)
  })

  test.each([
    [
      { 'x-forwarded-proto': 'gopher' },
      'x-forwarded-proto "gopher" is neither http nor https: ignored',
    ],
    [
      { forwarded: 'for=192.0.2.1;proto=x' },
      'forwarded proto "x" is neither http nor https: ignored',
    ],
    [
      { 'cf-visitor': '{"scheme":"https"}' },
      'cf-visitor "{\\"scheme\\":\\"https\\"}" is not from Cloudflare: ignored',
    ],
    [{ 'cf-visitor': 'x' }, 'cf-visitor "x" names no scheme: ignored'],
  ])('%j is noted', (headers, note) => {
    const visitor = visitorOf(headers as Record<string, string>)
    expect(visitor.forwardedScheme).toBeUndefined()
    expect(visitor.notes).toContain(note)
  })

  test.each(['x-forwarded-proto', 'forwarded', 'cf-visitor'])(
    'an untrusted peer’s %s is ignored, and noted',
    (name) => {
      const value =
        { forwarded: 'proto=https', 'cf-visitor': '{"scheme":"https"}' }[name] ?? 'https'
      const visitor = visitorOf({ [name]: value }, '192.0.2.9')
      expect(visitor.forwardedScheme).toBeUndefined()
      expect(visitor.notes).toContain(`${name} ignored: 192.0.2.9 is not a trusted proxy`)
    }
  )

  test('is read once', () => {
    const visitor = visitorOf({ 'x-forwarded-proto': 'x' })
    expect([visitor.forwardedScheme, visitor.forwardedScheme]).toEqual([undefined, undefined])
    expect(visitor.notes).toHaveLength(1)
  })

  test('returns a result for any headers, in limited time', () => {
    const names = ['x-forwarded-proto', 'x-forwarded-for', 'forwarded', 'cf-visitor']
    const text = fc.string({ unit: fc.constantFrom(...',;="\\ {}:ahtpsfor1.0') })
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), text), (headers) => {
        expect([undefined, 'http', 'https']).toContain(schemeOf(headers))
      })
    )
    const long = { 'x-forwarded-proto': ','.repeat(1e5), forwarded: 'for="'.repeat(1e5) }
    expect(schemeOf(long)).toBeUndefined()
  })
})
