import { expect, test } from 'vitest'
import { Counters } from './counters.ts'
import { optionsWith, requestWith, rulesetOf } from './edge.fixture.ts'
import { createEdge } from './edge.ts'
import type { Match } from './phases/phase.ts'

const BLOCK = { name: 'no admin', expression: 'http.request.uri.path eq "/admin"' }
const LOG = {
  name: 'watch',
  expression: 'http.request.uri.path contains "a"',
  action: 'log',
} as const

const countsOf = (counters: Pick<Counters, 'matches'>) =>
  [...counters.matches].map(({ rule, action, count }) => [rule, action, count])

test('each match is counted by its rule and action, and a request without one by no rule', async () => {
  const edge = createEdge(optionsWith([LOG, BLOCK]))
  for (const path of ['/', '/a', '/admin', '/admin']) await edge.judge(requestWith(path))
  expect(countsOf(edge.stats)).toEqual([
    ['watch', 'log', 3],
    ['no-admin', 'block', 2],
  ])
  expect(edge.stats).toMatchObject({ judged: 4, blocked: 2, reloads: 0 })
})

test('a rule goes on counting when it is read again', async () => {
  const edge = createEdge(optionsWith([BLOCK]))
  await edge.judge(requestWith('/admin'))
  edge.replaceRules(rulesetOf({ ...BLOCK }, LOG))
  await edge.judge(requestWith('/admin'))
  expect(countsOf(edge.stats)).toEqual([['no-admin', 'block', 2]])
  expect(edge.stats.reloads).toBe(1)
})

test('rules past the thousandth are counted together', () => {
  const counters = new Counters()
  const matchOf = (i: number) =>
    [{ phase: { name: 'custom' }, rule: { id: `r${i}` }, action: 'log' }] as unknown as Match[]
  for (let i = 0; i < 1_500; i++) counters.matched(matchOf(i))
  const all = countsOf(counters)
  expect(all).toHaveLength(1_001)
  expect(all.at(-1)).toEqual(['(other)', 'log', 500])
})

test('the first of sixty-four requests is timed', async () => {
  const edge = createEdge(optionsWith([BLOCK]))
  for (let i = 0; i < 129; i++) await edge.judge(requestWith('/'))
  const { counts, sumMs, boundsMs } = edge.stats.timings
  expect(counts).toHaveLength(boundsMs.length + 1)
  expect(Array.from(counts).reduce((sum, count) => sum + count)).toBe(3)
  expect(sumMs).toBeGreaterThan(0)
})
