import { describe, expect, test } from 'vitest'
import { regexLiterals, wildcardLiterals } from './literals.ts'

describe('what a value must contain to match', () => {
  test.each([
    ['sqlmap', [['sqlmap']]],
    ['(?i)SqlMap/\\d+', [['sqlmap/']]],
    ['^/wp-login\\.php$', [['/wp-login.php']]],
    ['foo\\d+bar', [['foo'], ['bar']]],
    ['foo.*bar', [['foo'], ['bar']]],
    ['(sqlmap|nikto)', [['sqlmap', 'nikto']]],
    ['^/(?:api|rest)-7/v\\d', [['api', 'rest'], ['-7/v']]],
    ['(ab)(cd)', [['abcd']]],
    ['(?:abc)+', [['abc']]],
    ['x(?:abc){2,}y', [['abc']]],
    ['foo\\bbar', [['foobar']]],
    // Nothing is necessary.
    ['(?:abc)*', []],
    ['(?:abc)?', []],
    ['abc|', []],
    ['abc|\\d+', []],
    ['(abc|[xy])', []],
    ['a', []],
    ['\\d+', []],
    ['[ab]c?[de]', []],
    ['', []],
  ])('regex %s', (pattern, expected) => {
    expect(regexLiterals(pattern)).toEqual(expected)
  })

  test('a choice that goes into the hundreds is left out', () => {
    const words = Array.from({ length: 200 }, (_, i) => `word-${i}`)
    expect(regexLiterals(words.join('|'))).toEqual([])
  })

  test.each([
    ['/wp-admin/*', [['/wp-admin/']]],
    ['*.PHP', [['.php']]],
    ['/a/*/settings/*', [['/a/'], ['/settings/']]],
    ['a\\*b\\\\c*', [['a*b\\c']]],
    ['exact', [['exact']]],
    ['*', []],
    ['/*', []],
    ['', []],
  ])('wildcard %s', (pattern, expected) => {
    expect(wildcardLiterals(pattern)).toEqual(expected)
  })
})
