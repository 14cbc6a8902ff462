import { expect, test } from 'vitest'
import { settleTop } from '../../settle.ts'
import type { Chunk } from './chunk.ts'
import { ChunkCounts, questionOf } from './chunk-counts.ts'
import type { OnGroup } from './scan.ts'

const chunk = (toMs: number, rows: number) => ({ fromMs: 0, toMs, rows }) as Chunk
const countries = settleTop({ by: ['country'] })

/** Returns how often the chunk was actually counted. */
const asking = (known: ChunkCounts) => {
  let counted = 0
  const ask = (one: Chunk, settled = countries, groups = 1): number => {
    const before = counted
    const told: unknown[] = []
    const count = (onGroup: OnGroup) => {
      counted++
      for (let i = 0; i < groups; i++) onGroup([`c${i}`], i + 1)
    }
    known.tell(one, settled, questionOf(settled, settled.by), (...group) => told.push(group), count)
    expect(told).toHaveLength(groups)
    expect(told.at(-1)).toEqual([[`c${groups - 1}`], groups])
    return counted - before
  }
  return ask
}

test('caches the counts of a whole chunk separately for each query', () => {
  const known = new ChunkCounts()
  const ask = asking(known)
  const one = chunk(1_000, 10)
  expect(ask(one)).toBe(1)
  expect(ask(one)).toBe(0)
  for (const other of [
    { by: ['action'] },
    { by: ['country'], text: 'x' },
    { by: ['country'], where: [{ field: 'asn', operator: 'is', value: 1 }] },
    { by: ['country'], where: [{ field: 'asn', operator: 'is', value: 2 }] },
    { by: ['country'], where: [{ field: 'asn', operator: 'isNot', value: 2 }] },
  ] as const) {
    expect(ask(one, settleTop(other))).toBe(1)
  }
  // A recreated chunk, or a different one.
  expect(ask(chunk(1_000, 11))).toBe(1)
  expect(ask(chunk(2_000, 10))).toBe(1)
  known.clear()
  expect(ask(one)).toBe(1)
})

test.each([
  ['its begin', { from: 1 }, 1],
  ['its end', { to: 999 }, 1],
  ['nothing', { from: 0, to: 1_000 }, 0],
])('a query without %s of the chunk counts it again %s times', (_, period, again) => {
  const ask = asking(new ChunkCounts())
  const settled = settleTop({ by: ['country'], ...period })
  expect(ask(chunk(1_000, 10), settled)).toBe(1)
  expect(ask(chunk(1_000, 10), settled)).toBe(again)
})

test('limits its memory: it does not cache many groups, and removes old counts', () => {
  const ask = asking(new ChunkCounts())
  expect(ask(chunk(1, 1), countries, 1_001)).toBe(1)
  expect(ask(chunk(1, 1), countries, 1_001)).toBe(1)
  for (let toMs = 2; toMs < 202; toMs++) ask(chunk(toMs, 1), countries, 999)
  expect(ask(chunk(2, 1), countries, 999)).toBe(0)
  ask(chunk(202, 1), countries, 999)
  expect(ask(chunk(2, 1), countries, 999)).toBe(0)
  expect(ask(chunk(3, 1), countries, 999)).toBe(1)
})
