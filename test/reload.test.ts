// Rules that change while `serve` runs.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../src/eventually.fixture.ts'
import { get, scratch, startBuiltServe } from './cli.ts'

const { dir, remove } = scratch()
afterAll(remove)

const rule = (path: string) => `rules: [{ name: no, when: { path: ${path} }, action: block }]\n`

const start = async (name: string) => {
  const file = join(dir, name)
  writeFileSync(file, rule('/a'))
  const edge = await startBuiltServe(['--rules', file, '--store', 'memory'])
  onTestFinished(() => void edge.stop())
  const blocks = async (path: string) => (await get(edge.url + path)).status === 403
  const health = async () => JSON.parse((await get(`${edge.admin}/healthz`)).body)
  /** As editors do. */
  const save = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  return { ...edge, file, blocks, health, save }
}

test('a saved file is in force, a bad one leaves what was, and a mended one heals', async () => {
  const { texts, blocks, health, save } = await start('a.yaml')
  expect([await blocks('/a'), await blocks('/b')]).toEqual([true, false])

  save(rule('/b'))
  await eventually(() => expect(texts.err).toContain('rules reloaded: 1 of 1 enabled'))
  expect([await blocks('/a'), await blocks('/b')]).toEqual([false, true])

  save('rules: [{ name: no, when: { path: /c }, action: blok }]\n')
  await eventually(() => expect(texts.err).toContain('the edge keeps the active rules'))
  expect(texts.err).toContain('^^^^')
  expect(texts.err).toContain('did you mean `block`?')
  expect([await blocks('/b'), await blocks('/c')]).toEqual([true, false])
  expect((await health()).degraded).toContain('unknown action `blok`')

  save(rule('/c'))
  await eventually(async () => expect(await blocks('/c')).toBe(true))
  expect(await health()).not.toHaveProperty('degraded')
})

test('SIGHUP and POST /api/rules/reload read the files again', async () => {
  const { texts, child, admin, blocks, save } = await start('b.yaml')
  save(rule('/b'))
  child.kill('SIGHUP')
  await eventually(() => expect(texts.err).toContain('rules reloaded'))
  expect(await blocks('/b')).toBe(true)

  save(rule('/c'))
  const { status, body } = await get(`${admin}/api/rules/reload`, { method: 'POST' })
  expect([status, JSON.parse(body).rules]).toEqual([200, { enabled: 1, total: 1 }])
  expect(await blocks('/c')).toBe(true)

  save('rules: [')
  const refused = await get(`${admin}/api/rules/reload`, { method: 'POST' })
  expect(refused.status).toBe(422)
  expect(await blocks('/c')).toBe(true)
})

test('what lint finds is told at the start and after a reload, and the edge serves', async () => {
  const { texts, blocks, save } = await start('lint.yaml')
  expect(await blocks('/a')).toBe(true)
  expect(texts.err).not.toContain('warning:')
  save('rules: [{ name: no, expression: ip.src.country eq "UK", action: block }]\n')
  await eventually(() =>
    expect(texts.err).toMatch(/warning: .*lint\.yaml:1: .*`UK`.*\[unknown_country\]/)
  )
  await eventually(async () => expect(await blocks('/a')).toBe(false))
})

test('rules that change again and again under load never give a verdict of other rules', async () => {
  const { blocks, save, admin } = await start('load.yaml')
  const paths = ['/a', '/b'] as const
  let active = 0
  /** Odd while the rules change. */
  let epoch = 0
  let isOver = false
  let asked = 0
  const wrong: string[] = []
  const visitor = async () => {
    for (let i = 0; !isOver; i++) {
      const before = epoch
      const at = i % paths.length
      const isBlocked = await blocks(paths[at]!)
      asked++
      const isSettled = before === epoch && before % 2 === 0
      if (isSettled && isBlocked !== (at === active)) wrong.push(`${paths[at]} at ${active}`)
    }
  }
  const visitors = [visitor(), visitor()]
  const reload = async () => (await get(`${admin}/api/rules/reload`, { method: 'POST' })).status
  for (let i = 0; i < 25; i++) {
    const next = (active + 1) % paths.length
    epoch++
    save(rule(paths[next]!))
    expect(await reload()).toBe(200)
    active = next
    epoch++
    save('rules: [')
    expect(await reload()).toBe(422)
  }
  isOver = true
  await Promise.all(visitors)
  expect(wrong).toEqual([])
  expect(asked).toBeGreaterThan(25)
})
