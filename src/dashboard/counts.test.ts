import { expect, test } from 'vitest'
import { createCounts } from './counts.ts'

const HOUR_MS = 3_600_000

/** A store that answers when the test says. */
const slow = () => {
  const asked: { by: string; answer: (count: number) => void; fail: (error: Error) => void }[] = []
  const ask = (by: string) =>
    new Promise<{ values: string[]; count: number }[]>((resolve, reject) => {
      asked.push({
        by,
        answer: (count) => resolve([{ values: ['a'], count }]),
        fail: reject,
      })
    })
  const clock = { ms: 0 }
  const page = () => new Promise<{ events: never[] }>(() => {})
  const counts = createCounts(
    { top: ({ by }) => ask(by[0]!), series: () => Promise.resolve([]), page },
    () => clock.ms
  )
  return { asked, counts, clock }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a page shows the counts that are ready in time, and one count runs at once', async () => {
  const { asked, counts } = slow()
  const counting = counts.begin(HOUR_MS)
  const both = Promise.all([counting.top({ by: ['a'] }), counting.top({ by: ['b'] })])
  expect(asked.map(({ by }) => by)).toEqual(['a'])
  asked[0]!.answer(1)
  await turn()
  expect(asked.map(({ by }) => by)).toEqual(['a', 'b'])
  asked[1]!.answer(2)
  expect(await both).toMatchObject([
    { state: 'ready', value: [{ count: 1 }] },
    { state: 'ready', value: [{ count: 2 }] },
  ])
})

test('a page does not wait longer than its budget, and the next page has the count', async () => {
  const { asked, counts } = slow()
  expect(await counts.begin(0).top({ by: ['a'] })).toEqual({ state: 'counting' })
  asked[0]!.answer(7)
  await turn()
  expect(await counts.begin(0).top({ by: ['a'] })).toMatchObject({ value: [{ count: 7 }] })
  expect(asked).toHaveLength(1)
})

test('a page shows an old count while the store counts again', async () => {
  const { asked, counts, clock } = slow()
  counts.begin(0).top({ by: ['a'] })
  asked[0]!.answer(1)
  await turn()
  clock.ms = HOUR_MS
  expect(await counts.begin(HOUR_MS).top({ by: ['a'] })).toMatchObject({ value: [{ count: 1 }] })
  asked[1]!.answer(2)
  await turn()
  expect(await counts.begin(HOUR_MS).top({ by: ['a'] })).toMatchObject({ value: [{ count: 2 }] })
})

test('the most recent page has its counts first', async () => {
  const { asked, counts } = slow()
  const [first, second] = [counts.begin(0), counts.begin(0)]
  for (const by of ['a', 'b']) first.top({ by: [by] })
  second.top({ by: ['c'] })
  asked[0]!.answer(1)
  await turn()
  expect(asked.map(({ by }) => by)).toEqual(['a', 'c'])
})

test('a page shows a failure, and the next page tries again', async () => {
  const { asked, counts } = slow()
  const counted = counts.begin(HOUR_MS).top({ by: ['a'] })
  asked[0]!.fail(new Error('no disk'))
  expect(await counted).toEqual({ state: 'failed', message: 'no disk' })
  const again = counts.begin(HOUR_MS).top({ by: ['a'] })
  asked[1]!.answer(1)
  expect(await again).toMatchObject({ state: 'ready' })
})

test('a late look-up is not started again', async () => {
  let begun = 0
  let done = (_: { events: never[] }) => {}
  const page = () => {
    begun++
    return new Promise<{ events: never[] }>((resolve) => {
      done = resolve
    })
  }
  const counts = createCounts({ top: async () => [], series: async () => [], page })
  expect(await counts.begin(0).page({ text: 'x' })).toEqual({ state: 'counting' })
  const again = counts.begin(HOUR_MS).page({ text: 'x' })
  done({ events: [] })
  expect(await again).toMatchObject({ state: 'ready', value: { events: [] } })
  expect(begun).toBe(1)
})
