import { expect, test } from 'vitest'
import { requestWith, rulesetOf } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import { noStore } from '../events/none.ts'
import type { Ruleset } from '../rules/rule.ts'
import { createReloader } from './reload.ts'

const blocking = (path: string) =>
  rulesetOf({ name: path, expression: `http.request.uri.path eq "${path}"` })
const edgeOf = () => createEdge({ ruleset: blocking('/0'), store: noStore() })
const actionOf = async (edge: ReturnType<typeof edgeOf>, path: string) =>
  (await edge.judge(requestWith(path), { remoteAddress: '8.8.8.8' })).action

test('records a failed reload and keeps the rules', async () => {
  const edge = edgeOf()
  const results: (Ruleset | Error)[] = [new Error('no'), blocking('/1')]
  const reloader = createReloader(edge, () => {
    const next = results.shift()!
    if (next instanceof Error) throw next
    return next
  })
  await expect(reloader.reload()).rejects.toThrow('no')
  expect([reloader.problem, reloader.failures]).toEqual(['no', 1])
  expect(await actionOf(edge, '/0')).toBe('block')
  await reloader.reload()
  expect([reloader.problem, reloader.failures]).toEqual([undefined, 1])
  expect([await actionOf(edge, '/0'), await actionOf(edge, '/1')]).toEqual(['pass', 'block'])
})

test('the last of several concurrent reloads decides the active rules', async () => {
  const edge = edgeOf()
  const waiting: ((ruleset: Ruleset) => void)[] = []
  const reloader = createReloader(edge, () => new Promise((resolve) => waiting.push(resolve)))
  const both = [reloader.reload(), reloader.reload()]
  await expect.poll(() => waiting.length).toBe(1)
  waiting[0]!(blocking('/1'))
  await both[0]
  await expect.poll(() => waiting.length).toBe(2)
  waiting[1]!(blocking('/2'))
  await both[1]
  expect(await actionOf(edge, '/2')).toBe('block')
})

test('ten thousand reloads give no wrong verdict', async () => {
  const edge = edgeOf()
  const rulesets = [blocking('/even'), blocking('/odd')]
  let loads = 0
  const reloader = createReloader(edge, () => rulesets[loads++ % 2]!)
  let wrong = 0
  for (let i = 0; i < 10_000; i++) {
    await reloader.reload()
    const [own, other] = i % 2 === 0 ? ['/even', '/odd'] : ['/odd', '/even']
    if ((await actionOf(edge, own)) !== 'block') wrong++
    if ((await actionOf(edge, other)) !== 'pass') wrong++
  }
  expect(wrong).toBe(0)
})
