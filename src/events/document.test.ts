import { expect, test } from 'vitest'
import { eventDocument } from './document.ts'
import { eventWith } from './event.fixture.ts'

test('one event is its own document', () => {
  const event = eventWith()
  expect(eventDocument([event])).toEqual(event)
  expect(eventDocument([event])).not.toHaveProperty('also')
})

test('puts the other matches of a request under `also` and does not change the deciding event', () => {
  const deciding = eventWith()
  const before = structuredClone(deciding)
  const logged = { ...deciding, action: 'log' as const, matchIndex: 1 }
  expect(eventDocument([deciding, logged])).toEqual({ ...before, also: [logged] })
  expect(deciding).toEqual(before)
})
