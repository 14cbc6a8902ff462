import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CounterRule, Counters, Hit, Standing } from './counters.ts'

const SECOND = 1_000

const BLOCKS: CounterRule = {
  limit: 2,
  periodMs: 10 * SECOND,
  mitigationMs: 60 * SECOND,
  ends: true,
  onlyToOrigin: false,
}
const THROTTLES: CounterRule = { ...BLOCKS, limit: 4, mitigationMs: 0 }
const LOGS: CounterRule = { ...BLOCKS, ends: false }

/** A number identifies each key of a rule, and each rule. */
const hit = (rule: CounterRule, key: number, changes: Partial<Hit> = {}): Hit => ({
  rule,
  high: key * 0x0101_0101,
  low: 0xffff_ff00 + key,
  amount: 1,
  applies: true,
  ...changes,
})

/** A clock that a test sets, in milliseconds. */
export interface Clock {
  ms: number
}

/** The behaviour of counters, in any store. */
export const counterContract = (
  name: string,
  open: (clock: Clock) => Counters | Promise<Counters>
): void => {
  describe(`counters in ${name}`, () => {
    const clock: Clock = { ms: 0 }
    let counters: Counters

    beforeEach(async () => {
      clock.ms = 1_700_000_000_000
      counters = await open(clock)
    })
    afterEach(() => counters.close())

    const take = async (...hits: Hit[]): Promise<readonly Standing[]> => counters.take(hits)
    const passes = async (...hits: Hit[]) => (await take(...hits)).length === 0
    const pass = (seconds: number) => {
      clock.ms += seconds * SECOND
    }
    /** An added hit counts at the latest after the next `take`. */
    const add = (...hits: Hit[]) => counters.add(hits)

    test('act on request N+1, and tell what they counted', async () => {
      expect(await take(hit(BLOCKS, 1))).toEqual([])
      expect(await take(hit(BLOCKS, 1))).toEqual([])
      expect(await take(hit(BLOCKS, 1))).toMatchObject([
        { index: 0, count: 3, retryAfterMs: 60 * SECOND },
      ])
    })

    test('keep each key apart', async () => {
      for (const key of [1, 1, 2, 2]) expect(await passes(hit(BLOCKS, key))).toBe(true)
      expect(await passes(hit(BLOCKS, 1))).toBe(false)
      expect(await passes(hit(BLOCKS, 3))).toBe(true)
      expect(await passes(hit(BLOCKS, 2))).toBe(false)
    })

    test('act for the mitigation timeout from the first time on, whatever comes meanwhile', async () => {
      await take(hit(BLOCKS, 1, { amount: 3 }))
      for (let second = 10; second < 60; second += 10) {
        pass(10)
        expect(await take(hit(BLOCKS, 1))).toMatchObject([
          { index: 0, count: 3, retryAfterMs: (60 - second) * SECOND },
        ])
      }
      pass(9.999)
      expect(await passes(hit(BLOCKS, 1))).toBe(false)
      clock.ms += 1
      for (let i = 0; i < 2; i++) expect(await passes(hit(BLOCKS, 1))).toBe(true)
      expect(await passes(hit(BLOCKS, 1))).toBe(false)
    })

    test('forget what is older than a period', async () => {
      for (let i = 0; i < 2; i++) await take(hit(BLOCKS, 1))
      pass(20)
      for (let i = 0; i < 2; i++) expect(await passes(hit(BLOCKS, 1))).toBe(true)
    })

    test('let no second burst through where a period ends: the period goes along', async () => {
      for (const seconds of [0, 9, 2]) {
        pass(seconds)
        expect(await passes(hit(BLOCKS, 1))).toBe(true)
      }
      // At 12 s, the hits at 9 s and 11 s are within the last ten seconds.
      pass(1)
      expect(await passes(hit(BLOCKS, 1))).toBe(false)
    })

    test('never act on a visitor who keeps to the limit', async () => {
      const ONE = { ...BLOCKS, limit: 1 }
      for (let i = 0; i < 30; i++) {
        expect(await passes(hit(ONE, 1))).toBe(true)
        pass(10 + i / 10)
      }
    })

    test('throttle: only what is above the limit, and as soon as it is not it passes', async () => {
      for (let i = 0; i < 4; i++) expect(await passes(hit(THROTTLES, 1))).toBe(true)
      pass(5)
      for (let i = 0; i < 50; i++) {
        expect(await take(hit(THROTTLES, 1))).toMatchObject([
          { index: 0, count: 5, retryAfterMs: 5_000 },
        ])
      }
      pass(4.999)
      expect(await passes(hit(THROTTLES, 1))).toBe(false)
      clock.ms += 1
      for (let i = 0; i < 4; i++) expect(await passes(hit(THROTTLES, 1))).toBe(true)
      expect(await take(hit(THROTTLES, 1))).toMatchObject([
        { index: 0, count: 5, retryAfterMs: 10_000 },
      ])
    })

    test('hold a steady visitor to the rate: N a period', async () => {
      let passed = 0
      for (let i = 0; i < 400; i++) {
        if (await passes(hit(THROTTLES, 1))) passed++
        pass(0.25)
      }
      expect(passed).toBe(40)
    })

    test('in their order, up to the first that ends', async () => {
      const [first, second] = [hit(BLOCKS, 1), hit(BLOCKS, 2)]
      for (let i = 0; i < 2; i++) await take(first)
      expect((await take(first, second)).map(({ index }) => index)).toEqual([0])
      // The second rule did not count that request.
      for (let i = 0; i < 2; i++) expect(await passes(second)).toBe(true)
      expect(await passes(second)).toBe(false)
    })

    test('go on behind an action that does not end', async () => {
      const hits = [hit(LOGS, 1), hit(THROTTLES, 2), hit(LOGS, 3), hit(BLOCKS, 4)]
      for (let i = 0; i < 2; i++) expect(await passes(...hits)).toBe(true)
      expect(await take(...hits)).toMatchObject([
        { index: 0, count: 3, retryAfterMs: 60 * SECOND },
        { index: 2, count: 3, retryAfterMs: 60 * SECOND },
        { index: 3, count: 3, retryAfterMs: 60 * SECOND },
      ])
    })

    test('count what only counts, and act on what applies', async () => {
      const counts = hit(BLOCKS, 1, { applies: false })
      const asks = hit(BLOCKS, 1, { amount: 0 })
      for (let i = 0; i < 2; i++) await take(counts)
      expect(await passes(asks)).toBe(true)
      // The third request exceeds the limit, but the action does not apply to it.
      expect(await passes(counts)).toBe(true)
      expect(await take(asks)).toMatchObject([{ index: 0, count: 3, retryAfterMs: 60 * SECOND }])
    })

    test('throttle by what only counts: all that applies, until the count is low enough', async () => {
      for (let i = 0; i < 8; i++) await take(hit(THROTTLES, 1, { applies: false }))
      const asks = hit(THROTTLES, 1, { amount: 0 })
      expect(await take(asks)).toMatchObject([{ index: 0, count: 8, retryAfterMs: 10_000 }])
      pass(10)
      expect(await passes(asks)).toBe(true)
    })

    test('count what is known behind the response: the request after it gets the action', async () => {
      const asks = hit(BLOCKS, 1, { amount: 0 })
      for (let i = 0; i < 2; i++) add(hit(BLOCKS, 1))
      expect(await passes(asks)).toBe(true)
      add(hit(BLOCKS, 1))
      // The time starts at the response.
      expect(await take(asks)).toMatchObject([{ index: 0, count: 3, retryAfterMs: 60 * SECOND }])
      add(hit(BLOCKS, 1))
      pass(60)
      expect(await passes(asks)).toBe(true)
    })

    test('add up scores', async () => {
      const SCORED = { ...BLOCKS, limit: 400 }
      const asks = hit(SCORED, 1, { amount: 0 })
      add(hit(SCORED, 1, { amount: 400 }))
      expect(await passes(asks)).toBe(true)
      add(hit(SCORED, 1, { amount: 1_000_000 }))
      expect(await take(asks)).toMatchObject([
        { index: 0, count: 1_000_400, retryAfterMs: 60 * SECOND },
      ])
    })

    test('count no request for the origin that another rule refuses', async () => {
      const toOrigin = hit({ ...BLOCKS, onlyToOrigin: true }, 1)
      const other = hit({ ...BLOCKS, limit: 1 }, 2)
      expect(await passes(toOrigin, other)).toBe(true)
      for (let i = 0; i < 5; i++) {
        expect((await take(toOrigin, other)).map(({ index }) => index)).toEqual([1])
      }
      expect(await passes(toOrigin)).toBe(true)
      expect(await take(toOrigin)).toMatchObject([
        { index: 0, count: 3, retryAfterMs: 60 * SECOND },
      ])
    })

    test('count none that they throttle, also where only the origin counts', async () => {
      const toOrigin = hit({ ...THROTTLES, onlyToOrigin: true }, 1)
      for (let i = 0; i < 4; i++) expect(await passes(toOrigin)).toBe(true)
      for (let i = 0; i < 9; i++) {
        expect(await take(toOrigin)).toMatchObject([{ index: 0, count: 5, retryAfterMs: 10_000 }])
      }
    })

    test('begin again where a challenge is passed', async () => {
      for (let i = 0; i < 3; i++) await take(hit(BLOCKS, 1))
      for (let i = 0; i < 2; i++) await take(hit(THROTTLES, 2))
      expect(await passes(hit(BLOCKS, 1))).toBe(false)
      counters.reset([hit(BLOCKS, 1), hit(THROTTLES, 2), hit(BLOCKS, 3)])
      for (let i = 0; i < 2; i++) expect(await passes(hit(BLOCKS, 1))).toBe(true)
      for (let i = 0; i < 4; i++) expect(await passes(hit(THROTTLES, 2))).toBe(true)
    })

    test('tell since when: the penalty, or the oldest part that counts', async () => {
      const since = async (...hits: Hit[]) => (await take(...hits)).map(({ sinceMs }) => sinceMs)
      await take(hit(BLOCKS, 1, { amount: 2 }), hit(THROTTLES, 2, { amount: 1 }))
      pass(5)
      expect(await since(hit(BLOCKS, 1))).toEqual([0])
      await take(hit(THROTTLES, 2, { amount: 3 }))
      pass(4)
      expect(await since(hit(BLOCKS, 1))).toEqual([4 * SECOND])
      expect(await since(hit(THROTTLES, 2))).toEqual([9 * SECOND])
      pass(1)
      // The first part is older than the period; the next part with a count began at 5 s.
      await take(hit(THROTTLES, 2))
      expect(await since(hit(THROTTLES, 2))).toEqual([5 * SECOND])
      counters.reset([hit(BLOCKS, 1), hit(THROTTLES, 2)])
      pass(1)
      await take(hit(BLOCKS, 1, { amount: 2 }), hit(THROTTLES, 2, { amount: 4 }))
      pass(0.1)
      expect(await since(hit(BLOCKS, 1))).toEqual([0])
      expect(await since(hit(THROTTLES, 2))).toEqual([100])
    })

    test('with a clock that goes back limit nobody for longer than from then on', async () => {
      for (let i = 0; i < 3; i++) await take(hit(BLOCKS, 1))
      for (let i = 0; i < 4; i++) await take(hit(THROTTLES, 2))
      pass(-3_600)
      expect(await take(hit(BLOCKS, 1))).toMatchObject([
        { index: 0, count: 3, retryAfterMs: 60 * SECOND },
      ])
      expect(await take(hit(THROTTLES, 2))).toMatchObject([
        { index: 0, count: 5, retryAfterMs: 10_000 },
      ])
      pass(60)
      expect(await passes(hit(BLOCKS, 1), hit(THROTTLES, 2))).toBe(true)
    })

    test('with a clock that goes back limit nobody for longer by what only responses count', async () => {
      add(hit(THROTTLES, 1, { amount: 9 }))
      const asks = hit(THROTTLES, 1, { amount: 0 })
      pass(-3_600)
      expect(await take(asks)).toMatchObject([{ index: 0, count: 9, retryAfterMs: 10_000 }])
      pass(5)
      expect(await take(asks)).toMatchObject([{ index: 0, count: 9, retryAfterMs: 5_000 }])
      pass(5)
      expect(await passes(asks)).toBe(true)
    })

    test('with a clock that jumps far ahead begin again', async () => {
      for (let i = 0; i < 3; i++) await take(hit(BLOCKS, 1))
      for (let i = 0; i < 4; i++) await take(hit(THROTTLES, 2))
      pass(1e9)
      expect(await passes(hit(BLOCKS, 1), hit(THROTTLES, 2))).toBe(true)
    })

    test('of no rule say nothing', async () => {
      expect(await take()).toEqual([])
      add()
      counters.reset([])
    })
  })
}
