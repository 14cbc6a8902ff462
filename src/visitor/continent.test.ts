import '../../test/whole.ts'
import { expect, test } from 'vitest'
import { createVisitors } from './identify.ts'
import type { GeoPlace } from './visitor.ts'

const identify = (place: GeoPlace | undefined, headers: Record<string, string> = {}) =>
  createVisitors({
    geo: { name: 'some data', date: '2026-11-20', lookup: () => place },
    trust: ['173.245.48.1'],
    overrides: true,
  }).identify((name) => headers[name], {
    remoteAddress: Object.keys(headers).length === 0 ? '8.8.8.8' : '173.245.48.1',
  })

test.each([
  ['a continent alone', { country: 'XX', continent: 'EU' }, 'XX', 'EU'],
  ['a country', { country: 'DE' }, 'DE', 'EU'],
  ['a country, whose continent is not the data’s', { country: 'DE', continent: 'AS' }, 'DE', 'EU'],
  ['a country that is not known', { country: 'XX' }, 'XX', ''],
  ['nothing', undefined, 'XX', ''],
])('data with %s', (_, place, country, continent) => {
  const visitor = identify(place)
  // The continent first: it must not depend on somebody having asked for the country.
  expect(visitor.continent).toBe(continent)
  expect(visitor.country).toBe(country)
})

test('the event notes that only the continent is known', () => {
  const visitor = identify({ country: 'XX', continent: 'EU' })
  expect(visitor.country).toBe('XX')
  expect(visitor.notes).toEqual(['only the continent EU for 8.8.8.8 in some data 2026-11-20'])
})

test('uses the country from Cloudflare or a test, without the data’s continent', () => {
  const place = { country: 'XX', continent: 'EU' }
  const said = identify(place, { 'cf-ipcountry': 'XX', 'cf-connecting-ip': '8.8.8.8' })
  expect([said.country, said.continent]).toEqual(['XX', ''])
  const pretended = identify(place, { 'x-edge-country': 'JP' })
  expect([pretended.country, pretended.continent]).toEqual(['JP', 'AS'])
})
