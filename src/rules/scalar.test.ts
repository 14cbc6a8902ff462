import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMap, isScalar, parseDocument, stringify } from 'yaml'
import { scalarOffsets } from './scalar.ts'

/** The value of the key `a`, and the offsets of its units. */
const read = (source: string) => {
  const { contents, errors } = parseDocument(source)
  const node = isMap(contents) ? contents.get('a', true) : undefined
  if (errors.length > 0 || !isScalar(node) || !node.range) throw new Error(`bad test: ${source}`)
  const value = String(node.value)
  return { value, offsets: scalarOffsets(source, node.range[0], node.range[1], value) }
}

const TEXT_STYLES = [
  'PLAIN',
  'QUOTE_SINGLE',
  'QUOTE_DOUBLE',
  'BLOCK_LITERAL',
  'BLOCK_FOLDED',
] as const

describe('where the X of a scalar was written', () => {
  test.each([
    ['plain', 'a: one X'],
    ['plain, over lines', 'a: one\n  two\n\n  X three'],
    ['plain, over lines that end with blanks', 'a: one  \n   two \t\n  X'],
    ['plain, before a comment', 'a: one X # X'],
    ['plain, in a flow mapping', '{ a: one X, b: 2 }'],
    ['plain, with carriage returns', 'a: one\r\n  two X\r\nb: 1\r\n'],
    ['single quotes', "a: 'it''s X'"],
    ['single quotes, over lines', "a: 'it''s \n\n   an X'"],
    ['double quotes', 'a: "one X"'],
    ['double quotes, after escapes', 'a: "\\"\\\\\\x41\\u00e9\\U0001f600\\t\\/ X"'],
    ['double quotes, an escaped X', 'a: "one \\x58"'],
    ['double quotes, over lines', 'a: "one \n   two\n\n  X"'],
    ['double quotes, an escaped line break', 'a: "one\\\n   two \\\n   \\  X"'],
    ['double quotes, escaped blanks before a break', 'a: "one\\t\\x20 \n  X"'],
    ['double quotes, a surrogate pair in two escapes', 'a: "\\ud83d\\ude00X"'],
    ['literal', 'a: |\n  one\n    two X\n'],
    ['literal, no line feed at the end', 'a: |-\n  one\n  X'],
    ['literal, kept line feeds', 'a: |+\n  X\n\n\n'],
    ['literal, empty lines first', 'a: |\n\n  \n  X\n'],
    ['literal, its own indent', 'a: |1\n  one\n   X\n'],
    ['literal, a comment behind the header', 'a: | # text\n  one\n  X\nb: 1'],
    ['literal, with carriage returns', 'a: |\r\n  one\r\n  X\r\n'],
    ['literal, blanks on an empty line', 'a: |\n  one\n     \n  X\n'],
    ['folded', 'a: >\n  one\n  two X\n'],
    ['folded, paragraphs', 'a: >-\n  one\n\n\n  two\n  X'],
    ['folded, deeper lines', 'a: >\n  one\n    two\n    three\n\n  X\n'],
    ['folded, a tab first', 'a: >\n  one\n  \ttwo\n  X\n'],
    ['folded, empty lines first', 'a: >\n\n  one\n  X\n'],
  ])('%s', (_, source) => {
    const { value, offsets } = read(source)
    expect(offsets).toHaveLength(value.replace(/\n+$/, '').length)
    const at = offsets?.[value.indexOf('X')] ?? -1
    expect(source.slice(at, at + 4)).toMatch(/^(?:X|\\x58)/)
  })

  test('a text that decodes differently has no offsets, rather than wrong ones', () => {
    expect(scalarOffsets('one', 0, 3, 'two')).toBeUndefined()
    expect(scalarOffsets('|\n  one\n', 0, 8, 'two\n')).toBeUndefined()
    expect(scalarOffsets('|', 0, 1, 'two')).toBeUndefined()
  })

  test('whatever is written in any style is found again unit by unit', () => {
    const piece = fc.constantFrom(
      'x',
      'yy',
      ' ',
      '  ',
      '\n',
      '\t',
      "'",
      '"',
      '\\',
      '#',
      ': ',
      'é',
      '😀'
    )
    const text = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, fc.constantFrom(...TEXT_STYLES), (value, style) => {
        const source = stringify({ a: value }, { defaultStringType: style, lineWidth: 20 })
        // The library writes a few texts of blanks in a way that it refuses to read.
        fc.pre(parseDocument(source).errors.length === 0)
        const { value: parsed, offsets } = read(source)
        const trimmed = parsed.replace(/\n+$/, '')
        if (offsets === undefined) {
          // Allowed (the whole scalar is shown then), but only for block text of nothing but blanks.
          expect(trimmed.trim()).toBe('')
          return
        }
        for (let i = 0; i < trimmed.length; i++) {
          const written = source[offsets[i]!]
          // A folded line break is a space, and an escape starts with a backslash; all other text is literal.
          const expected = trimmed[i] === ' ' ? [' ', '\n', '\\'] : [trimmed[i], '\\']
          expect(expected).toContain(written)
        }
      }),
      { numRuns: 500 }
    )
  })
})
