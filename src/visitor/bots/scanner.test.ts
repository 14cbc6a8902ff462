import corpus from 'crawler-user-agents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import table from './crawlers.json' with { type: 'json' }
import { buildScanner, type ScanRule } from './scanner.ts'

describe('rules', () => {
  test.each<[rule: ScanRule, found: string[], not: string[]]>([
    ['bot/', ['bot/', 'a bot/1', 'bot/bot/'], ['', 'b', 'bo', 'bot', 'Bot/']],
    [
      ['^', 'curl'],
      ['curl', 'curl/8'],
      ['libcurl', ' curl'],
    ],
    [['$', 'SSL Labs'], ['SSL Labs', 'by SSL Labs'], ['SSL Labs/1']],
    [['^$', 'node'], ['node'], ['node/1', 'xnode']],
    [[' ', 'PTST/'], ['PTST/1', 'Chrome PTST/1'], ['xPTST/1']],
    [['-', 'AdsBot-Google'], ['AdsBot-Google', 'AdsBot-Google (x'], ['AdsBot-Google-Mobile']],
    [['~', 'googlebot'], ['googlebot', 'unlike? googlebot'], ['like googlebot']],
    [
      ['', 'one', 'two'],
      ['onetwo', 'one and two', 'one one two'],
      ['two one', 'one', 'tone wo'],
    ],
  ])('%j', (rule, found, not) => {
    const scanner = buildScanner([rule])
    expect(found.filter((text) => scanner.find(text) !== 0)).toEqual([])
    expect(not.filter((text) => scanner.find(text) !== -1)).toEqual([])
  })

  test('returns the first match in the text, and the longer of two at the same place', () => {
    const scanner = buildScanner(['second', 'first', 'first of all'])
    expect(scanner.find('first, second')).toBe(1)
    expect(scanner.find('second, first')).toBe(0)
    expect(scanner.find('first of all, second')).toBe(2)
  })

  test('returns the same results as a plain search', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é'), maxLength: 24 })
    const texts = fc.string({
      unit: fc.constantFrom('a', 'b', '/', 'é'),
      minLength: 3,
      maxLength: 6,
    })
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 20 }), letters, (rules, text) => {
        const places = rules.map((rule) => text.indexOf(rule))
        const first = Math.min(...places.filter((place) => place >= 0))
        const best = rules
          .map((rule, index) => ({ index, length: rule.length, place: places[index]! }))
          .filter(({ place }) => place === first)
          .sort((x, y) => y.length - x.length || x.index - y.index)[0]
        expect(buildScanner(rules).find(text)).toBe(best?.index ?? -1)
      })
    )
  })
})

describe('the corpus as rules', () => {
  const rules = Object.values(table.rules).flat() as ScanRule[]
  const scanner = buildScanner(rules)

  test('finds every match of the regular expressions, and few others', () => {
    const expressions = corpus.map(({ pattern }) => new RegExp(pattern))
    const hits = (text: string) => expressions.some((expression) => expression.test(text))
    const samples = corpus.flatMap(({ instances }) => instances)
    // Without the name, cut in the middle, with something before it: what must not be found is tried as well.
    const texts = samples.flatMap((text, index) =>
      index % 4 === 0
        ? [text, text.slice(3), `x${text}`, text.slice(0, -8), text.replaceAll('/', ' ')]
        : [text]
    )
    expect(texts.filter((text) => hits(text) !== scanner.find(text) >= 0)).toEqual([])
  })

  test('the number of steps is limited by the length of the text', () => {
    const gaps = rules.flatMap((rule) => (typeof rule === 'string' ? [] : rule.slice(1)))
    const crowded = [
      'a',
      '/',
      'bot',
      'Bot/',
      'Mozilla/5.0 (compatible; ',
      '+http://www.',
      ...gaps.map((text) => `${text} `),
      ...rules.slice(0, 300).map((rule) => (typeof rule === 'string' ? rule : rule[1]!)),
    ]
    const length = 1024
    const most = crowded.map((text) => {
      scanner.find(text.repeat(Math.ceil(length / text.length)).slice(0, length))
      return scanner.steps
    })
    // Each character begins at most one piece, and a piece has few rules.
    expect(Math.max(...most)).toBeLessThan(length * 2)
    expect(Math.max(...most)).toBeGreaterThan(100)
  })
})
