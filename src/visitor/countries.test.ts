import { describe, expect, test } from 'vitest'
import data from './continents.json' with { type: 'json' }
import { continentOf, countryName, isCountry } from './countries.ts'

const codes = Object.values(data.continents).flatMap((rows) =>
  rows.flatMap((row) => row.split(' '))
)

describe('countries', () => {
  test('are the 249 of ISO 3166-1 and Kosovo, each on one continent', () => {
    expect(codes).toHaveLength(250)
    expect(new Set(codes).size).toBe(250)
    expect(codes.filter((code) => !/^[A-Z]{2}$/.test(code))).toEqual([])
    const unnamed = codes.filter((code) => countryName(code) === code)
    expect(unnamed).toEqual([])
  })

  test.each(['US', 'KP', 'XK', 'XX', 'T1'])('%s is a possible country of a visitor', (code) => {
    expect(isCountry(code)).toBe(true)
  })

  test.each([
    'us',
    'UK',
    'EU',
    'AP',
    'A1',
    'AN',
    'SU',
    'ZZ',
    'T2',
    'XXX',
    'U',
    '',
    'Germany',
    '__proto__',
  ])('%j is not a country', (code) => {
    expect(isCountry(code)).toBe(false)
    expect(continentOf(code)).toBe('')
  })

  test.each([
    ['KE', 'AF'],
    ['EG', 'AF'],
    ['AQ', 'AN'],
    ['GS', 'AN'],
    ['JP', 'AS'],
    ['TR', 'AS'],
    ['CY', 'EU'],
    ['GE', 'AS'],
    ['DE', 'EU'],
    ['RU', 'EU'],
    ['XK', 'EU'],
    ['US', 'NA'],
    ['MX', 'NA'],
    ['GL', 'NA'],
    ['TT', 'NA'],
    ['AU', 'OC'],
    ['TL', 'OC'],
    ['BR', 'SA'],
    ['GF', 'SA'],
    ['T1', 'T1'],
    ['XX', ''],
  ])('%s is in %j', (country, continent) => {
    expect(continentOf(country)).toBe(continent)
  })

  test.each([
    ['DE', 'Germany'],
    ['T1', 'Tor'],
    ['XX', 'unknown'],
    ['??', '??'],
  ])('%s has the name %s', (code, name) => {
    expect(countryName(code)).toBe(name)
  })
})
