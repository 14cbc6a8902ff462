import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { toBytes } from '../bytes.ts'
import { compileRegex } from './regex.ts'

const matches = (pattern: string, text: string) => {
  const regex = compileRegex(toBytes(pattern))
  const bytes = toBytes(text)
  const found = regex.test(bytes)
  // The capturing engine must agree with every engine of the test.
  expect(regex.exec(bytes) !== undefined).toBe(found)
  return found
}

describe('what matches', () => {
  test.each([
    // Examples of the documentation.
    ['^/api/.*$', '/api/v2', true],
    ['^/api/.*$', '/v2/api/', false],
    ['^.*/wp-login.php$', '/blog/wp-login.php', true],
    ['^.*/wp-login.php$', '/blog/wp-login.php/x', false],
    ['/autodiscover.(xml|src)$', '/autodiscover.xml', true],
    ['/autodiscover.(xml|src)$', '/autodiscover.xmls', false],
    ['^(www|store|blog)\\.example\\.com', 'blog.example.com', true],
    ['^(www|store|blog)\\.example\\.com', 'api.example.com', false],
    [
      'auth_session=[0-9a-zA-Z]{32}-[0-9]{10}-[0-9a-z]{6}',
      `auth_session=${'aB3d'.repeat(8)}-0123456789-a1b2c3`,
      true,
    ],
    [
      'auth_session=[0-9a-zA-Z]{32}-[0-9]{10}-[0-9a-z]{6}',
      `auth_session=${'aB3d'.repeat(7)}-0123456789-a1b2c3`,
      false,
    ],
    ['^/articles/200[7-8]/$', '/articles/2008/', true],
    ['^/articles/200[7-8]/$', '/articles/2009/', false],
    ['^/images/[^/]+/[^/]+/[^/]+$', '/images/a/b/c.png', true],
    ['^/images/[^/]+/[^/]+/[^/]+$', '/images/a/b', false],
    // Literals, anchored or not.
    ['', '', true],
    ['', 'x', true],
    ['foo', 'a foo b', true],
    ['foo', 'fo', false],
    ['^foo', 'foo bar', true],
    ['^foo', 'a foo', false],
    ['foo$', 'a foo', true],
    ['foo$', 'foo a', false],
    ['^foo$', 'foo', true],
    ['^foo$', 'foofoo', false],
    ['^$', '', true],
    ['^$', 'a', false],
    // Anchors and lines.
    ['a$', 'a\n', false],
    ['(?m)a$', 'a\nb', true],
    ['(?m)^b', 'a\nb', true],
    ['^b', 'a\nb', false],
    ['(?m)a$', 'a\r\n', false],
    ['(?mR)a$', 'a\r\n', true],
    ['(?mR)^a', 'b\ra', true],
    ['(?mR)^a', 'b\r\na', true],
    ['(?m)^a', 'b\ra', false],
    ['(?R)a$', 'a\r\n', false],
    ['a\\z', 'a\n', false],
    ['\\Ab', 'a\nb', false],
    ['(?m)\\Ab', 'a\nb', false],
    // The dot.
    ['^a.b$', 'a\rb', true],
    ['^a.b$', 'a\nb', false],
    ['(?s)^a.b$', 'a\nb', true],
    ['(?R)^a.b$', 'a\rb', false],
    ['^.$', 'é', false],
    ['^..$', 'é', true],
    ['(?u)^.$', 'é', true],
    // Classes are ASCII, and of bytes.
    ['\\d', '٣', false],
    ['(?u)\\d', '٣', true],
    ['\\s', '\u00a0', false],
    ['(?u)\\s', '\u00a0', true],
    ['^\\s$', '\v', true],
    ['\\w', 'é', false],
    ['(?u)\\w', 'é', true],
    ['^\\W\\W$', 'é', true],
    ['(?u)^\\W$', 'é', false],
    ['(?u)\\p{Hangul}+', '한국', true],
    ['(?u)\\p{Hangul}+', '日本', false],
    ['(?u)\\p{greek}', 'α', true],
    ['(?u)\\P{Greek}', 'α', false],
    ['(?u)\\pL', '1', false],
    ['(?u)\\p{gc=Lu}', 'a', false],
    ['(?u)\\p{Script_Extensions=Latin}', 'a', true],
    ['(?u)[é-ü]', 'ö', true],
    ['(?u)[é-ü]', 'z', false],
    ['(?u)[^é]', 'é', false],
    ['(?u)^[\\w&&\\p{Greek}]$', 'ω', true],
    ['(?u)^[\\w&&\\p{Greek}]$', 'w', false],
    // Non-ASCII literals are their bytes; quantifiers take the whole codepoint.
    ['é', 'É', false],
    ['é', 'caf\u00e9', true],
    ['^é{2}$', 'éé', true],
    ['(?i)É', 'é', false],
    ['(?iu)É', 'é', true],
    ['(?i)k', '\u212a', false],
    ['(?iu)k', '\u212a', true],
    // Numbers for codepoints and bytes.
    ['^\\x41\\u0042\\U00000043\\x{44}\\u{45}$', 'ABCDE', true],
    ['^\\x{e9}$', 'é', true],
    ['\\xe9', 'é', false],
    ['(?u)^\\xe9$', 'é', true],
    ['^\\U0001F600$', '😀', true],
    ['\\a\\f\\t\\n\\r\\v', '\x07\f\t\n\r\v', true],
    // Case.
    ['(?i)googlebot/\\d+\\.\\d+', 'GoogleBot/2.1', true],
    ['(?i)googlebot/\\d+\\.\\d+', 'GoogleBot/x.1', false],
    ['a(?i)b|c', 'C', true],
    ['(a(?i)b)c', 'aBC', false],
    ['(?i)a(?-i)b', 'AB', false],
    ['(?i:a)b', 'Ab', true],
    ['(?i)[^k]', 'K', false],
    ['(?i)[a-z--[AEIOU]]', 'e', false],
    // Class syntax.
    ['^[]]$', ']', true],
    ['^[^]]$', ']', false],
    ['^[]a]$', 'a', true],
    ['^[-a]$', '-', true],
    ['^[a-]$', '-', true],
    ['^[a-z&&[^aeiou]]$', 'b', true],
    ['^[a-z&&[^aeiou]]$', 'e', false],
    ['^[a-z--m]$', 'm', false],
    ['^[a-z~~g-m]$', 'h', false],
    ['^[a-g~~c-m]$', 'h', true],
    ['^[[a-c][0-9]]$', '7', true],
    ['^[^[a-c][0-9]]$', '7', false],
    ['^[[:alpha:]_]$', 'x', true],
    ['^[[:^alpha:]]$', 'x', false],
    ['^[[:foo:]]$', 'f', true],
    ['^[\\]\\[]$', '[', true],
    ['[a&&b]', 'a', false],
    ['[^\\x00-\\xff]|a', 'a', true],
    // Quantifiers.
    ['^a{2}$', 'aa', true],
    ['^a{2}$', 'aaa', false],
    ['^a{2,}$', 'aaa', true],
    ['^a{ 1 , 2 }$', 'aa', true],
    ['^a**$', 'aaa', true],
    ['^(?:a{2}){3}$', 'aaaaaa', true],
    ['^a{2}{3}$', 'aaaaa', false],
    ['^a?*b$', 'aab', true],
    ['^*a', 'a', true],
    ['^(|a)*b$', 'aab', true],
    ['^(a|aa)+$', 'aaa', true],
    ['^x{0}$', 'x', false],
    // Words.
    ['\\bcat\\b', 'a cat.', true],
    ['\\bcat\\b', 'concat', false],
    ['\\Bcat', 'concat', true],
    ['\\<cat\\>', 'cat', true],
    ['\\<cat\\>', 'cats', false],
    ['\\b{start}cat\\b{end}', 'a cat', true],
    ['\\b{start-half}cat', 'concat', false],
    ['cat\\b{end-half}', 'cats', false],
    ['a\\b{2}', 'a', true],
    ['\\bx', 'éx', true],
    ['(?u)\\bx', 'éx', false],
    ['(?u)\\Bx', 'éx', true],
    ['(?u)^\\B$', 'é', false],
    // Verbose mode.
    ['(?x) a b # c', 'ab', true],
    ['(?x)a\\ b', 'a b', true],
    ['(?x)^[a b]$', ' ', false],
    ['(?x:a b)c d', 'abc d', true],
    // Punctuation that needs no escape, or may have one.
    ['^]}-&#~/"$', ']}-&#~/"', true],
    ['^\\/\\"\\%\\_\\-\\#\\&\\~$', '/"%_-#&~', true],
  ])('%j on %j: %j', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })

  it('takes bytes that are no UTF-8', () => {
    expect(compileRegex('^[\\x80-\\xff]+$').test('\x80\xff')).toBe(true)
    expect(compileRegex('(?u).').test('\x80\xff')).toBe(false)
    expect(compileRegex('(?u)\\B').test('\xff')).toBe(false)
    expect(compileRegex('(?u)a\\b').test('a\xff')).toBe(true)
  })
})

describe('the first match', () => {
  test.each([
    ['a|ab', 'xab', ['a'], 1],
    ['ab|a', 'xab', ['ab'], 1],
    ['a+?', 'aaa', ['a'], 0],
    ['(?U)a+', 'aaa', ['a'], 0],
    ['(?U)a+?', 'aaa', ['aaa'], 0],
    ['(a*)(a*)', 'aa', ['aa', 'aa', ''], 0],
    ['(a*?)(a*)', 'aa', ['aa', '', 'aa'], 0],
    ['(a)|(b)', 'b', ['b', undefined, 'b'], 0],
    ['(?:(a)|b)*', 'ab', ['ab', 'a'], 0],
    ['(|a)*', 'aa', ['', ''], 0],
    ['(a|)*', 'aa', ['aa', 'a'], 0],
    ['(a){2}', 'aaa', ['aa', 'a'], 0],
    ['b*', 'ab', [''], 0],
    ['^/foo/([^/]*)/(.*)$', '/foo/a/path', ['/foo/a/path', 'a', 'path'], 0],
    [
      '^/posts/([0-9]+)-([0-9]+)-([0-9]+)-(.*)$',
      '/posts/2024-01-02-a-b',
      ['/posts/2024-01-02-a-b', '2024', '01', '02', 'a-b'],
      0,
    ],
    ['/a', '/x/a/a', ['/a'], 2],
  ])('%j in %j', (pattern, text, groups, start) => {
    const regex = compileRegex(pattern)
    const match = regex.exec(text)
    expect(match).toMatchObject({ groups, start, end: start + groups[0]!.length })
    expect(match?.groups).toHaveLength(regex.groupCount + 1)
  })

  it('knows groups by name', () => {
    const match = compileRegex('(?P<year>\\d{4})-(?<month>\\d\\d)').exec('on 2024-11-23')
    expect(match).toMatchObject({ start: 3, end: 10, groups: ['2024-11', '2024', '11'] })
    expect([...match!.names]).toEqual([
      ['year', 1],
      ['month', 2],
    ])
  })

  it('is none where nothing matches', () => {
    expect(compileRegex('(a)(b)').exec('ba')).toBeUndefined()
  })
})

const ATOMS = ['a', 'b', 'c', '.', '[ab]', '[^a]', '\\w']
const LOOKS = ['\\b', '\\B', '^', '$']
const QUANTIFIERS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{2,}']

/** Patterns over a, b, c that mean the same in JavaScript. */
const shared = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...ATOMS, ...LOOKS),
    fc.tuple(tie('pattern'), tie('pattern')).map(([x, y]) => x + y),
    fc.tuple(tie('pattern'), tie('pattern')).map(([x, y]) => `(?:${x}|${y})`),
    tie('pattern').map((x) => `(${x})`),
    fc.tuple(tie('pattern'), fc.constantFrom(...QUANTIFIERS)).map(([x, y]) => `(?:${x})${y}`)
  ),
})).pattern

/**
 * The same without loops around parts that may be empty: JavaScript prefers a different match there, or finds none.
 */
const plain = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...ATOMS, ...LOOKS),
    fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...QUANTIFIERS)).map(([x, y]) => x + y),
    fc.tuple(tie('pattern'), tie('pattern')).map(([x, y]) => x + y),
    fc.tuple(tie('pattern'), tie('pattern')).map(([x, y]) => `(${x}|${y})`)
  ),
})).pattern

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 8 })

describe('against JavaScript', () => {
  it('agrees on whether a pattern matches, whichever engine runs it', () => {
    fc.assert(
      fc.property(shared, fc.array(text, { minLength: 1, maxLength: 4 }), (pattern, texts) => {
        const regex = compileRegex(pattern)
        const automaton = compileRegex(pattern, { cacheBytes: 1, backtracking: false })
        for (const bytes of texts) {
          const expected = new RegExp(pattern, 's').test(bytes)
          expect(regex.test(bytes)).toBe(expected)
          expect(automaton.test(bytes)).toBe(expected)
        }
      }),
      { numRuns: 400 }
    )
  })

  it('agrees on the first match and its groups', () => {
    fc.assert(
      fc.property(plain, text, (pattern, bytes) => {
        const expected = new RegExp(pattern, 's').exec(bytes)
        const match = compileRegex(pattern).exec(bytes)
        expect(match?.start).toBe(expected?.index)
        expect(match?.groups).toEqual(expected ? [...expected] : undefined)
      }),
      { numRuns: 400 }
    )
  })
})
