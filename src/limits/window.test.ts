import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Window } from './window.ts'
import { advance, count, PARTS, total, waitMs } from './window.ts'

const PERIOD = 8_000
const PART = PERIOD / PARTS
const LARGEST = 1_000

const NONE = [0, 0, 0, 0, 0, 0, 0, 0]
const COUNTED = [1, 2, 3, 4, 5, 6, 7, 8]

describe('a window', () => {
  test.each([
    ['within a part it stays', 999, { start: 0, counts: COUNTED }],
    [
      'with the next part the oldest one is gone',
      1_000,
      { start: 1_000, counts: [2, 3, 4, 5, 6, 7, 8, 0] },
    ],
    [
      'parts without requests count nothing',
      3_999,
      { start: 3_000, counts: [4, 5, 6, 7, 8, 0, 0, 0] },
    ],
    [
      'just within the period the last part is left',
      7_999,
      { start: 7_000, counts: [8, 0, 0, 0, 0, 0, 0, 0] },
    ],
    ['a period later nothing is', 8_000, { start: 8_000, counts: NONE }],
    ['then the next request begins a part', 8_765, { start: 8_765, counts: NONE }],
    ['a clock that goes back begins the part again', -5, { start: -5, counts: COUNTED }],
    ['a clock that jumps far ahead ends all', 9e12, { start: 9e12, counts: NONE }],
  ])('%s', (_, now, expected) => {
    const window: Window = { start: 0, counts: [...COUNTED] }
    advance(window, now, PERIOD)
    expect(window).toEqual(expected)
  })

  test('counts up to the largest number that it can hold', () => {
    const window: Window = { start: 0, counts: [...NONE] }
    count(window, 3, LARGEST)
    count(window, 4, LARGEST)
    expect(total(window)).toBe(7)
    count(window, 5_000, LARGEST)
    expect(total(window)).toBe(LARGEST)
  })

  test('a wait ends at the millisecond from which it is within the limit', () => {
    const number = (min: number, max: number) => fc.integer({ min, max })
    fc.assert(
      fc.property(
        fc.array(number(0, 9), { minLength: PARTS, maxLength: PARTS }),
        number(0, PART - 1),
        number(1, 40),
        fc.constantFrom(0, 1),
        (counts, now, limit, more) => {
          const window: Window = { start: 0, counts }
          const wait = waitMs(window, now, PERIOD, limit, more)
          const isAbove = (ms: number) => {
            const later = { start: 0, counts: [...counts] }
            advance(later, now + ms, PERIOD)
            return total(later) + more > limit
          }
          expect(isAbove(wait)).toBe(false)
          expect(wait === 0 || isAbove(wait - 1)).toBe(true)
        }
      )
    )
  })

  test('what alone is above the limit waits a period', () => {
    expect(waitMs({ start: 0, counts: [...NONE] }, 0, PERIOD, 0, 1)).toBe(PERIOD)
  })

  test('holds nothing against a visitor that is a period old, and all that is younger than seven eighths', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: PERIOD }), { maxLength: 60 })
    fc.assert(
      fc.property(gaps, (all) => {
        const window: Window = { start: 0, counts: [...NONE] }
        const times: number[] = []
        let now = 0
        for (const gap of all) {
          now += gap
          if (times.length === 0) window.start = now
          advance(window, now, PERIOD)
          count(window, 1, LARGEST)
          times.push(now)
          const youngerThan = (ms: number) => times.filter((time) => now - time < ms).length
          expect(total(window)).toBeLessThanOrEqual(youngerThan(PERIOD))
          expect(total(window)).toBeGreaterThanOrEqual(youngerThan(PERIOD - PART))
        }
      })
    )
  })
})
