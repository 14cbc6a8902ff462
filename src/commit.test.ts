import { expect, test, vi } from 'vitest'
import { createCommitter } from './commit.ts'
import { heldStore, isSettled } from './edge.fixture.ts'
import { EdgeError } from './error.ts'
import { eventWith } from './events/event.fixture.ts'

const EVENTS = [eventWith(), eventWith()]

const committing = () => {
  const held = heldStore()
  const onLoss = vi.fn()
  return { held, onLoss, committer: createCommitter(held.store, onLoss) }
}

test('a commit resolves when the store has all its events, in one call', async () => {
  const { held, onLoss, committer } = committing()
  const committed = committer.commit(EVENTS)
  expect(held.appended).toEqual([EVENTS])
  expect(await isSettled(committed)).toBe(false)
  held.commit()
  await expect(committed).resolves.toBeUndefined()
  expect(onLoss).not.toHaveBeenCalled()
})

test('a failure is told as the store says it, and nothing rejects', async () => {
  const { held, onLoss, committer } = committing()
  const committed = committer.commit(EVENTS)
  const error = new EdgeError('store_closed', 'closed')
  held.fail(error)
  await expect(committed).resolves.toBeUndefined()
  expect(onLoss).toHaveBeenCalledExactlyOnceWith(error, EVENTS)
})

test('any other failure is one of the store, with its cause', async () => {
  const { held, onLoss, committer } = committing()
  const committed = committer.commit(EVENTS)
  const cause = new TypeError('odd')
  held.fail(cause)
  await committed
  const [error, events] = onLoss.mock.calls[0]!
  expect(error).toBeInstanceOf(EdgeError)
  expect(error).toMatchObject({
    code: 'store_failed',
    message: 'held: an event was not committed',
    cause,
  })
  expect(events).toBe(EVENTS)
})

test('a store that throws at once is one that failed', async () => {
  const onLoss = vi.fn()
  const store = {
    ...heldStore().store,
    append: () => {
      throw new Error('at once')
    },
  }
  await expect(createCommitter(store, onLoss).commit(EVENTS)).resolves.toBeUndefined()
  expect(onLoss).toHaveBeenCalledOnce()
})

test('settled() waits for what nobody waited for, and for nothing else', async () => {
  const { held, committer } = committing()
  await expect(committer.settled()).resolves.toBeUndefined()
  committer.commitLater(EVENTS)
  committer.commitLater([])
  expect(held.appended).toEqual([EVENTS, []])
  const settled = committer.settled()
  expect(await isSettled(settled)).toBe(false)
  held.commit()
  await expect(settled).resolves.toBeUndefined()
  expect(await isSettled(committer.settled())).toBe(true)
})

test('what was committed is forgotten: settled() waits only for the rest', async () => {
  const { held, committer } = committing()
  const all = vi.spyOn(Promise, 'all')
  committer.commitLater(EVENTS)
  held.commit()
  await isSettled(Promise.resolve())
  await committer.settled()
  expect([...(all.mock.calls.at(-1)![0] as Iterable<unknown>)]).toEqual([])
  all.mockRestore()
})

test('settled() waits for events that are lost, too', async () => {
  const { held, onLoss, committer } = committing()
  committer.commitLater(EVENTS)
  const settled = committer.settled()
  held.fail(new Error('lost'))
  await settled
  expect(onLoss).toHaveBeenCalledOnce()
})
