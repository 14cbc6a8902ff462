import { expect, test, vi } from 'vitest'
import { eventWith } from '../../event.fixture.ts'
import { settlePage } from '../../settle.ts'
import type { Client } from './driver.ts'
import { page } from './questions.ts'
import { inSnapshot } from './snapshot.ts'

const held = eventWith()

/** A server that gets the event after the first statement that reads events. In a snapshot that stays unseen. */
const serverWith = (failing?: string) => {
  let isFrozen = false
  let isThere = false
  const query = vi.fn(async (text: string) => {
    if (text === failing) throw new Error('refused')
    if (text.startsWith('BEGIN ISOLATION LEVEL REPEATABLE READ')) isFrozen = true
    if (text === 'COMMIT' || text === 'ROLLBACK') isFrozen = false
    if (!text.startsWith('SELECT')) return { rows: [] }
    const isSeen = isThere && !isFrozen
    isThere = true
    return { rows: isSeen ? [{ ray: held.ray, match_index: held.matchIndex }] : [] }
  })
  const statements = () => query.mock.calls.map(([text]) => text)
  return { client: { query } as unknown as Client, statements }
}

test('an event that reaches the server between two statements is on the page', async () => {
  const { client, statements } = serverWith()
  const both = { events: [held], gaps: [] }
  const found = await inSnapshot(client, both, () => page(client, settlePage(), both))
  expect(found.events).toEqual([held])
  expect(statements().at(-1)).toBe('COMMIT')
})

test('without events in memory there is no transaction', async () => {
  const { client, statements } = serverWith()
  const nothing = { events: [], gaps: [] }
  await inSnapshot(client, nothing, () => page(client, settlePage(), nothing))
  expect(statements()).toHaveLength(1)
})

test('a question that fails ends the transaction, and its own error is told', async () => {
  const { client, statements } = serverWith('ROLLBACK')
  const asked = inSnapshot(client, { events: [held], gaps: [] }, () =>
    Promise.reject(new Error('the question'))
  )
  await expect(asked).rejects.toThrow('the question')
  expect(statements().at(-1)).toBe('ROLLBACK')
})
