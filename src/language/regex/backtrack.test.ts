import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { toBytes } from '../bytes.ts'
import { safeRegExp } from './backtrack.ts'
import { parseRegex } from './parse.ts'

const allowed = (pattern: string) => safeRegExp(parseRegex(toBytes(pattern)).node) !== undefined

describe('V8 may run', () => {
  test.each([
    '^/api/.*$',
    '^.*/wp-login.php$',
    '(comment|conversation|event poll)create',
    'auth_session=[0-9a-zA-Z]{32}-[0-9]{10}-[0-9a-z]{6}',
    '^/images/[^/]+/[^/]+/[^/]+$',
    '(?i)googlebot/\\d+\\.\\d+',
    '^(www|store|blog)\\.example\\.com',
    '-.{0,5}a+b',
    '\\bselect\\b',
    '(?u)é|ü',
  ])('%s', (pattern) => {
    expect(allowed(pattern)).toBe(true)
  })
})

// One wrong entry here is a way to stall the edge.
describe('V8 must not run', () => {
  test.each([
    '(a+)+$',
    '^(a+)+$',
    '(a|aa)+$',
    'a+b',
    '\\s+$',
    '.*x',
    'aa*b',
    'union.*select',
    '^.*a.*b',
    '^a*a*b',
    '^[^/]*/.*x.*y',
    'x*x*x*y',
    '^(?:a|b.*c)*',
    '^(?:.*a|.*b)',
    '(?:a?){50}a{50}',
    '.{1,1000}z',
    '[ab]{0,100}[ab]{0,100}c',
    '/[a-z/]+x',
    '(?m)^a',
    '^(?:a*|b)*c',
    '-a?a+b+a+b+a*a*',
  ])('%s', (pattern) => {
    expect(allowed(pattern)).toBe(false)
  })
})

/** Counts what a plain backtracking search would do, on patterns of runs, sets and choices. */
type Part = { set: string; from: number; to: number }

const countSteps = (parts: readonly Part[], anchored: boolean, bytes: string) => {
  let steps = 0
  const explore = (index: number, at: number): void => {
    const part = parts[index]
    if (!part) return
    const take = (count: number, here: number): void => {
      steps++
      if (count < part.to && part.set.includes(bytes[here] ?? '?')) take(count + 1, here + 1)
      if (count >= part.from) explore(index + 1, here)
    }
    take(0, at)
  }
  for (let start = 0; start <= (anchored ? 0 : bytes.length); start++) explore(0, start)
  return steps
}

it('what V8 may run takes few steps per byte even if every path is tried', () => {
  const part = fc.record({
    set: fc.constantFrom('a', 'b', 'c', 'ab', 'bc', 'abc'),
    count: fc.constantFrom<[number, number]>(
      [1, 1],
      [1, 1],
      [0, 1],
      [0, 3],
      [1, Infinity],
      [0, Infinity]
    ),
  })
  const units = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      units,
      units,
      (list, anchored, head, unit) => {
        const parts = list.map(({ set, count: [from, to] }) => ({ set, from, to }))
        const source = parts.map(
          ({ set, from, to }) => `[${set}]{${from},${to === Infinity ? '' : to}}`
        )
        const pattern = (anchored ? '^' : '') + source.join('')
        fc.pre(allowed(pattern))
        const bytes = head + unit.repeat(60)
        // A step counted here can be two steps in the bound of 256.
        expect(countSteps(parts, anchored, bytes)).toBeLessThanOrEqual(512 * (bytes.length + 1))
      }
    ),
    { numRuns: 500 }
  )
})
