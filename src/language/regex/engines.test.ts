import { describe, expect, it, test } from 'vitest'
import { BitNfa } from './bits.ts'
import { LazyDfa } from './dfa.ts'
import { parseRegex } from './parse.ts'
import { compileProgram, type Program } from './program.ts'
import { compileRegex } from './regex.ts'

const KB = 1024
const LONG = 64 * KB

const programOf = (pattern: string): Program => {
  const { node, groups } = parseRegex(pattern)
  return compileProgram(node, groups, Number.POSITIVE_INFINITY)
}

/** The same a's and b's each time, in no order a pattern could follow. */
const noise = (length: number) => {
  let state = 1
  let bytes = ''
  while (bytes.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes += state >>> 31 ? 'a' : 'b'
  }
  return bytes
}

const dfaOf = (pattern: string, cacheBytes: number) => {
  const program = programOf(pattern)
  let fallbacks = 0
  const dfa = new LazyDfa(program, cacheBytes, () => {
    fallbacks++
    return BitNfa.of(program)!
  })
  return { dfa, fallbacks: () => fallbacks }
}

// Each of these keeps a backtracking engine busy for longer than any test may last.
describe('patterns made to stall', () => {
  test.each([
    ['(a+)+$', `${'a'.repeat(LONG)}b`, false],
    ['^(a+)+$', `${'a'.repeat(LONG)}b`, false],
    ['(a|aa)+$', `${'a'.repeat(LONG)}b`, false],
    ['^(a|a?)+$', `${'a'.repeat(LONG)}b`, false],
    ['(.*)*x', 'a'.repeat(LONG), false],
    ['^(.*?,){25}P', '1,'.repeat(LONG / 2), false],
    ['x*x*x*x*y', 'x'.repeat(LONG), false],
    ['(?:a?){50}a{50}', 'a'.repeat(LONG), true],
    ['^(?:a?){50}a{50}$', 'a'.repeat(101), false],
    ['[\\s\\S]*foo[\\s\\S]*bar', 'foo'.repeat(LONG / 3), false],
    ['[ab]*a[ab]{12}c', noise(LONG), false],
    ['[ab]*a[ab]{1000}c', noise(LONG), false],
    ['([ab]{0,200}a){3}c', noise(LONG), false],
    ['.{1,5000}z', noise(LONG), false],
    ['(?i)union.*select', 'UNION '.repeat(LONG / 6), false],
    ['a.*b.*c.*d', 'abc'.repeat(LONG / 3), false],
    ['(?u)\\b(\\w+\\s?)+\\b!', `é${'a '.repeat(LONG / 2)}`, false],
  ])('%s is answered', (pattern, bytes, expected) => {
    const regex = compileRegex(pattern)
    expect(regex.test(bytes)).toBe(expected)
    expect(regex.exec(bytes) !== undefined).toBe(expected)
  })
})

describe('the lazy DFA', () => {
  it('builds a state once and reuses it', () => {
    const { dfa, fallbacks } = dfaOf('(?i)(googlebot|bingbot)/\\d+', KB * KB)
    const agents = ['curl/8', 'Mozilla Googlebot/2', 'BingBot/x', 'bingbot/1']
    const first = agents.map((agent) => dfa.test(agent))
    const { built } = dfa
    expect(agents.map((agent) => dfa.test(agent))).toEqual(first)
    expect(first).toEqual([false, true, false, true])
    expect(dfa.built).toBe(built)
    expect(fallbacks()).toBe(0)
  })

  it('stops early where an anchored pattern cannot match any more', () => {
    const { dfa } = dfaOf('^/api/', KB * KB)
    expect(dfa.test(`/x${'a'.repeat(LONG)}`)).toBe(false)
    expect(dfa.built).toBeLessThan(4)
  })

  it('hands over where building does not pay, having built little', () => {
    const { dfa, fallbacks } = dfaOf('[ab]*a[ab]{1000}c', KB * KB)
    expect(dfa.test(noise(LONG))).toBe(false)
    expect(fallbacks()).toBe(1)
    expect(dfa.built).toBeLessThan(1000)
  })

  it.each([1, 2 * KB, 16 * KB])('stays right with a cache of %i bytes', (cacheBytes) => {
    const { dfa } = dfaOf('(?m)^b[ab]*a[ab]{9}\\b$', cacheBytes)
    for (let end = 20; end < 400; end += 7) {
      const bytes = `${noise(end)}\n${noise(end).slice(5)}`
      expect(dfa.test(bytes)).toBe(/^b[ab]*a[ab]{9}$/m.test(bytes))
    }
    expect(dfa.cleared).toBeGreaterThan(0)
  })
})

describe('bit sets', () => {
  test.each([
    '[ab]*a[ab]{40}b',
    '^(?:a?){20}[ab]{3,40}$',
    '\\bab*(?:ba|b)+$',
    '(?m)^a{2,}$|bab\\B',
  ])('%s agrees with the DFA', (pattern) => {
    const program = programOf(pattern)
    const bits = BitNfa.of(program)!
    const { dfa } = dfaOf(pattern, KB * KB)
    let matched = 0
    for (let end = 0; end < 120; end++) {
      const bytes = noise(200).slice(end, end + (end % 67))
      expect(bits.test(bytes)).toBe(dfa.test(bytes))
      if (dfa.test(bytes)) matched++
    }
    expect(matched).toBeGreaterThan(0)
    expect(matched).toBeLessThan(120)
  })

  it('pay by the word, not by the state, for counted repetitions', () => {
    expect(BitNfa.of(programOf('[ab]{10000}'))!.costPerByte).toBeLessThan(2000)
    expect(BitNfa.of(programOf('.{1,5000}z'))!.costPerByte).toBeLessThan(2000)
  })
})
