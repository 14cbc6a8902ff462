import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RootNode } from './ast.ts'
import { filter } from './expression.fixture.ts'
import { format } from './format.ts'
import { scheme } from './given.fixture.ts'
import { Parser } from './parser.ts'
import { print } from './print.ts'

const parsed = (source: string): RootNode => {
  const parser = new Parser(source, scheme)
  const root = parser.filter()
  if (root === undefined || parser.problems.length > 0) {
    throw new Error(`${source}: ${parser.problems[0]?.message}`)
  }
  return root
}

const formatted = (source: string, isBroken = true) => format(source, parsed(source), isBroken)

describe('an expression', () => {
  test.each([
    ['flag&&ssl', 'flag and ssl'],
    ['(flag)', 'flag'],
    ['((flag) or (not (ssl)))', 'flag or not ssl'],
    ['flag or ssl and flag', 'flag or (ssl and flag)'],
    ['(flag or ssl) and flag', '(flag or ssl) and flag'],
    ['flag and (ssl and flag)', 'flag and (ssl and flag)'],
    ['!flag', 'not flag'],
    ['not (flag or ssl)', 'not (flag or ssl)'],
    ['text=="a"', 'text eq "a"'],
    ['text  in  { "a"   "b c" r"d" }', 'text in {"a" "b c" r"d"}'],
    ['number in {1  3..5}', 'number in {1 3..5}'],
    ['address in {10.0.0.0/8\n  ::1}', 'address in {10.0.0.0/8 ::1}'],
    ['text ~ r#"a"b"#', 'text matches r#"a"b"#'],
    ['old.text eq "\\x41"', 'old.text eq "\\x41"'],
    ['concat( text ,"a",other ) eq "a"', 'concat(text, "a", other) eq "a"'],
    ['any( items[ * ] eq "a" )', 'any(items[*] eq "a")'],
    ['text strict wildcard "A*"', 'text strict wildcard "A*"'],
    ['number & 7', 'number bitwise_and 7'],
    ['text in $a', 'text in $a'],
    ['  flag\n', 'flag'],
  ])('%j becomes %j', (source, text) => {
    expect(formatted(source)).toBe(text)
  })

  const long = (name: string) => `text eq "${name}${'x'.repeat(40)}"`

  test('of more than 100 characters takes a line for each condition', () => {
    const source = `${long('a')} and (${long('b')} or ${long('c')}) and not (flag or ssl)`
    expect(formatted(source)).toBe(
      [
        long('a'),
        'and (',
        `  ${long('b')}`,
        `  or ${long('c')}`,
        ')',
        'and not (flag or ssl)',
      ].join('\n')
    )
    expect(formatted(source, false)).toBe(source)
  })

  test('that has several lines keeps a line for each condition', () => {
    expect(formatted('flag\n  and (ssl\nor flag)')).toBe('flag\nand (ssl or flag)')
    expect(formatted('flag\n  and ssl', false)).toBe('flag and ssl')
    expect(formatted('\nflag and ssl\n')).toBe('flag and ssl')
  })

  test('with a long set takes as many lines as it needs', () => {
    const items = Array.from({ length: 30 }, (_, i) => `"item-${i}"`)
    const text = formatted(`flag and text in {${items.join(' ')}}`)!
    const [first, set, ...rest] = text.split('\n')
    expect([first, set, rest.at(-1)]).toEqual(['flag', 'and text in {', '}'])
    expect(rest[0]).toMatch(/^ {2}"item-0" "item-1" /)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    expect(text.match(/"item-\d+"/g)).toEqual(items)
  })

  test('with a line end inside a string stays as it is', () => {
    expect(formatted('text  eq "a\nb"')).toBeUndefined()
  })
})

describe.each([true, false])('any expression, broken: %s,', (isBroken) => {
  test('keeps its tree, and is formatted once and for all', () => {
    fc.assert(
      fc.property(filter, (source) => {
        const root = parsed(source)
        const text = format(source, root, isBroken)
        if (text === undefined) return
        expect(print(parsed(text))).toBe(print(root))
        expect(format(text, parsed(text), isBroken)).toBe(text)
        if (!isBroken) expect(text).not.toContain('\n')
      }),
      { numRuns: 2_000 }
    )
  })

  test('of several long conditions does, too', () => {
    const several = fc
      .array(fc.tuple(filter, fc.constantFrom('and', 'or', 'xor', '&&')), {
        minLength: 4,
        maxLength: 9,
      })
      .map((parts) => `${parts.map(([one, word]) => `(${one}) ${word} `).join('')}flag`)
    fc.assert(
      fc.property(several, (source) => {
        const root = parsed(source)
        const text = format(source, root, isBroken)
        if (text === undefined) return
        expect(print(parsed(text))).toBe(print(root))
        expect(format(text, parsed(text), isBroken)).toBe(text)
      }),
      { numRuns: 200 }
    )
  })
})
