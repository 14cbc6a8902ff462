import { expect, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import { createControl } from './control.ts'

test('keeps the newest events, and no more than it may', () => {
  const control = createControl({ capacity: 2 })
  const events = ['a', 'b', 'c'].map((path) => eventWith({ path }))
  for (const event of events) control.hooks.recorded([event])
  expect(control.events().map(({ path }) => path)).toEqual(['b', 'c'])
  expect(control.lastEvent()?.path).toBe('c')
})
