import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDiagnostic } from './diagnostics.ts'
import { filter, given } from './expression.fixture.ts'
import { contextOf, diagnose, read, scheme, verdict } from './given.fixture.ts'
import { Parser } from './parser.ts'
import { print } from './print.ts'

const RUNS = 250
const check = <Values>(property: fc.IProperty<Values>) => fc.assert(property, { numRuns: RUNS })

const PLACE = new Set(['start', 'end', 'slot', 'test', 'evaluate', 'prepare'])

/** A tree without its places in the source and its compiled parts. */
const bare = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(bare)
  if (typeof node !== 'object' || node === null) return node
  if ('parameters' in node && 'name' in node) return node.name
  return Object.fromEntries(
    Object.entries(node).flatMap(([name, value]) => (PLACE.has(name) ? [] : [[name, bare(value)]]))
  )
}

const treeOf = (source: string) => {
  const parser = new Parser(source, scheme)
  const tree = parser.filter()
  expect(parser.problems).toEqual([])
  return tree!
}

describe('printing', () => {
  test('what is printed reads back as the same tree', () => {
    check(
      fc.property(filter, (source) => {
        const tree = treeOf(source)
        expect(bare(treeOf(print(tree)))).toEqual(bare(tree))
      })
    )
  })

  test('what is printed is printed the same again, and means the same', () => {
    check(
      fc.property(filter, given, (source, fields) => {
        const printed = String(read(source))
        expect(String(read(printed))).toBe(printed)
        expect(verdict(printed, fields)).toBe(verdict(source, fields))
      })
    )
  })
})

describe('evaluation', () => {
  test('of a filter is true or false, in either mode, and agrees with itself', () => {
    check(
      fc.property(filter, given, fc.constantFrom('docs', 'engine'), (source, fields, missing) => {
        const expression = read(source, { missing })
        const context = contextOf(fields)
        const truth = expression.matches(context)
        expect(typeof truth).toBe('boolean')
        expect(expression.evaluate(context) ?? false).toBe(truth)
        expect(expression.trace(context)[0]?.result ?? false).toBe(truth)
      })
    )
  })

  test('asks for nothing but the fields that are named', () => {
    check(
      fc.property(filter, given, (source, fields) => {
        const expression = read(source)
        const context = contextOf(fields)
        const asked = new Set<string>()
        const watched = {
          get: (slot: number) => {
            asked.add(scheme.slots[slot]!)
            return context.get(slot)
          },
        }
        expect(expression.matches(watched)).toBe(expression.matches(context))
        expect(expression.fields).toEqual(expect.arrayContaining([...asked]))
      })
    )
  })

  test('explanations quote the source and name fields that it reads', () => {
    check(
      fc.property(filter, given, (source, fields) => {
        const expression = read(source)
        const context = contextOf(fields)
        if (!expression.matches(context)) return
        for (const { expression: part, start, length, field } of expression.explain(context)) {
          expect(part.endsWith(source.slice(start, start + length))).toBe(true)
          expect(expression.fields).toContain(field.replace(/\[.*$/s, ''))
        }
      })
    )
  })

  test('explanations are enough: with these fields as they are, others do not matter', () => {
    const modes = fc.constantFrom('docs' as const, 'engine' as const)
    check(
      fc.property(filter, given, given, modes, (source, fields, others, missing) => {
        const expression = read(source, { missing })
        const context = contextOf(fields)
        if (!expression.matches(context)) return
        const names = expression.explain(context).map(({ field }) => field.replace(/\[.*$/s, ''))
        const kept = Object.fromEntries(names.map((name) => [name, fields[name]]))
        expect(expression.matches(contextOf({ ...others, ...kept }))).toBe(true)
      })
    )
  })
})

describe('the laws of logic', () => {
  const laws: [string, (a: string, b: string, c: string) => [string, string]][] = [
    ['double negation', (a) => [a, `not not (${a})`]],
    ['De Morgan, and', (a, b) => [`not ((${a}) and (${b}))`, `not (${a}) or not (${b})`]],
    ['De Morgan, or', (a, b) => [`not ((${a}) or (${b}))`, `not (${a}) and not (${b})`]],
    ['and commutes', (a, b) => [`(${a}) and (${b})`, `(${b}) and (${a})`]],
    ['or commutes', (a, b) => [`(${a}) or (${b})`, `(${b}) or (${a})`]],
    ['xor commutes', (a, b) => [`(${a}) xor (${b})`, `(${b}) xor (${a})`]],
    [
      'and associates',
      (a, b, c) => [`(${a}) and (${b}) and (${c})`, `(${a}) and ((${b}) and (${c}))`],
    ],
    ['or associates', (a, b, c) => [`(${a}) or (${b}) or (${c})`, `(${a}) or ((${b}) or (${c}))`]],
    [
      'and distributes',
      (a, b, c) => [`(${a}) and ((${b}) or (${c}))`, `(${a}) and (${b}) or (${a}) and (${c})`],
    ],
    [
      'xor is and and or',
      (a, b) => [`(${a}) xor (${b})`, `((${a}) or (${b})) and not ((${a}) and (${b}))`],
    ],
    ['absorption', (a, b) => [a, `(${a}) or (${a}) and (${b})`]],
    ['excluded middle', (a) => ['true', `(${a}) or not (${a})`]],
    ['contradiction', (a) => ['false', `(${a}) and not (${a})`]],
  ]

  test.each(laws)('%s', (_, write) => {
    check(
      fc.property(filter, filter, filter, given, (a, b, c, fields) => {
        const [left, right] = write(a, b, c)
        const limits = { characters: Number.POSITIVE_INFINITY }
        expect(verdict(left, fields, { limits })).toBe(verdict(right, fields, { limits }))
      })
    )
  })
})

describe('whatever is written, the answer is a verdict or diagnostics', () => {
  const survives = (source: string) => {
    for (const { code, line, column, length, sourceLine, message } of diagnose(source)) {
      expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
      expect(message).not.toBe('')
      expect(Math.min(line, column, length)).toBeGreaterThan(0)
      const lineBytes = new TextEncoder().encode(sourceLine).length
      expect(column - 1 + length).toBeLessThanOrEqual(Math.max(column, lineBytes))
    }
    diagnose(source, { expect: 'any' }).map(formatDiagnostic)
  }

  test('any text', () => {
    check(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), survives))
    check(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), survives))
  })

  test('any words of the language in any order', () => {
    const words = fc.constantFrom(
      ...[
        'text',
        'number',
        'address',
        'flag',
        'flags',
        'items[*]',
        'lower(',
        'concat(',
        'any(',
        '(',
      ],
      ...[')', '[', ']', '{', '}', ',', '"', '"a"', 'r#"', '1', '0x', '10.0.0.0/8', '$', '..', '*'],
      ...['eq', '==', 'in', 'not', '!', 'and', '||', 'xor', 'matches', 'wildcard', '&', '\n', '\\']
    )
    check(
      fc.property(fc.array(words, { maxLength: 14 }), fc.constantFrom(' ', ''), (parts, by) =>
        survives(parts.join(by))
      )
    )
  })

  test('any mutation of a valid filter', () => {
    const edit = fc.record({ at: fc.nat(), cut: fc.nat(4), put: fc.string({ maxLength: 3 }) })
    check(
      fc.property(filter, fc.array(edit, { minLength: 1, maxLength: 4 }), (source, edits) => {
        let text = source
        for (const { at, cut, put } of edits) {
          const place = at % (text.length + 1)
          text = text.slice(0, place) + put + text.slice(place + cut)
        }
        survives(text)
      })
    )
  })

  test('any beginning of a valid filter', () => {
    check(
      fc.property(filter, fc.nat(), (source, at) => survives(source.slice(0, at % source.length)))
    )
  })
})
