import { describe, expect, test } from 'vitest'
import { acceptedLanguages } from './languages.ts'

describe('acceptedLanguages', () => {
  test.each([
    ['fr-CH, fr;q=0.8, en;q=0.9, de;q=0.7, *;q=0.5', ['fr-CH', 'en', 'fr', 'de']],
    ['', []],
    ['*', []],
    ['en', ['en']],
    ['EN-us', ['EN-us']],
    ['en,de', ['en', 'de']],
    ['de;q=0.5,en;q=0.5', ['de', 'en']],
    ['en;q=0', []],
    ['en;q=0.000,de', ['de']],
    ['en ; q=0.1 , de ; Q=0.2', ['de', 'en']],
    ['en;x=1;q=0.1,de;q=0.2', ['de', 'en']],
    ['en;q=5,de', ['en', 'de']],
    ['en;q=,de;q=x,fr;q=-1,it', ['it']],
    [',, ;q=1,', []],
    ['\xff;q=0.5,en', ['en', '\xff']],
  ])('of %j is %j', (header, expected) => expect(acceptedLanguages(header)).toEqual(expected))

  test('64 KB of commas hold no language', () => {
    expect(acceptedLanguages(','.repeat(65_536))).toEqual([])
  })
})
