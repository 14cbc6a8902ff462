import { describe, expect, test } from 'vitest'
import { joinFrom, parseFrom } from './from.ts'

describe('attributes of a visitor', () => {
  test.each([
    ['tor-exit', { as: 'tor-exit' }],
    ['country=DE,asn=24940', { country: 'DE', asn: 24940 }],
    [' asn=AS1 , ip=192.0.2.1', { asn: 1, ip: '192.0.2.1' }],
    ['as=googlebot,country=US', { as: 'googlebot', country: 'US' }],
    ['challenge=pass', { challenge: 'pass' }],
    ['cf.bot_management.score=3', { fields: { 'cf.bot_management.score': 3 } }],
    [
      'cf.client.bot=true,ip.src.city=Bonn',
      { fields: { 'cf.client.bot': true, 'ip.src.city': 'Bonn' } },
    ],
    ['ip.src.postal_code=53111', { fields: { 'ip.src.postal_code': '53111' } }],
    ['ip.geoip.country=DE', { fields: { 'ip.src.country': 'DE' } }],
    [
      'edge.ip_reputation.lists=["a","b"],country=DE',
      { fields: { 'edge.ip_reputation.lists': ['a', 'b'] }, country: 'DE' },
    ],
  ])('%s', (text, from) => {
    expect(parseFrom(text)).toEqual(from)
  })

  test.each([
    ['', 'expected a persona'],
    ['asn=x', 'expected an AS number'],
    ['contry=DE', 'did you mean country?'],
    ['challenge=no', 'expected challenge=pass'],
    ['=x', 'expected one of'],
    ['zzzzzzzz=1', 'expected one of as, ip, country'],
  ])('%j is refused', (text, message) => {
    expect(() => parseFrom(text)).toThrow(
      expect.objectContaining({
        code: 'wrong_attributes',
        message: expect.stringContaining(message),
      })
    )
  })

  test('the later visitor wins', () => {
    expect(
      joinFrom(
        { as: 'a', country: 'DE', fields: { x: 1, y: 1 } },
        { country: 'FR', fields: { y: 2 } }
      )
    ).toEqual({ as: 'a', country: 'FR', fields: { x: 1, y: 2 } })
  })
})
