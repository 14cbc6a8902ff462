import { describe, expect, test } from 'vitest'
import type { EventFilter } from './event.ts'
import { DEFAULT_LIMIT, MAX_LIMIT, settleFilter } from './filter.ts'

describe('settleFilter', () => {
  test.each<[EventFilter | undefined, EventFilter]>([
    [undefined, { limit: DEFAULT_LIMIT }],
    [{}, { limit: DEFAULT_LIMIT }],
    [{ limit: 1 }, { limit: 1 }],
    [{ limit: MAX_LIMIT }, { limit: MAX_LIMIT }],
    [{ ray: 'A5C41F0E2B7D482D-LHR' }, { ray: 'a5c41f0e2b7d482d', limit: DEFAULT_LIMIT }],
    [{ ray: 'not one' }, { ray: 'not one', limit: DEFAULT_LIMIT }],
    [{ country: 'de' }, { country: 'DE', limit: DEFAULT_LIMIT }],
    [
      { action: 'Block', rule: 'Admin', ip: '2001:DB8::1', limit: 5 },
      { action: 'Block', rule: 'Admin', ip: '2001:DB8::1', limit: 5 },
    ],
  ])('%j is %j', (filter, settled) => expect(settleFilter(filter)).toEqual(settled))

  test('returns 100 events by default, and at most 1,000', () => {
    expect(settleFilter().limit).toBe(100)
    expect(MAX_LIMIT).toBe(1_000)
  })

  test.each([0, -1, 1.5, MAX_LIMIT + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'a limit of %d is refused with the allowed values',
    (limit) => {
      expect(() => settleFilter({ limit })).toThrow(
        expect.objectContaining({
          code: 'invalid_filter',
          message: `limit ${limit}: expected a whole number from 1 to ${MAX_LIMIT}`,
        })
      )
    }
  )
})
