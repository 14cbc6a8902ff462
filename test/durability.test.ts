import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run, startBuiltServe } from './cli.ts'

const CLIENTS = 20
const REFUSALS_BEFORE_THE_END = 300

test('every Ray ID that a client was shown is found after the edge was killed', async () => {
  const data = mkdtempSync(join(tmpdir(), 'edge1020-killed-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  const edge = await startBuiltServe(['--data', data])
  const exited = once(edge.child, 'exit')
  const shown: string[] = []
  const client = async () => {
    for (;;) {
      const response = await fetch(edge.url, { headers: { 'user-agent': 'curl/8' } })
      shown.push(response.headers.get('cf-ray')!)
      if (shown.length === REFUSALS_BEFORE_THE_END) edge.child.kill('SIGKILL')
    }
  }
  // Each client ends with the connection that breaks.
  await Promise.allSettled(Array.from({ length: CLIENTS }, client))
  expect((await exited)[1]).toBe('SIGKILL')
  expect(shown.length).toBeGreaterThanOrEqual(REFUSALS_BEFORE_THE_END)

  const { out } = await run(['events', '--data', data, '--limit', '1000', '--json'])
  const kept = new Set(
    (JSON.parse(out) as { events: { ray: string }[] }).events.map(({ ray }) => ray)
  )
  const lost = shown.filter((ray) => !kept.has(ray.slice(0, 16)))
  expect(lost).toEqual([])
  const { code } = await run(['events', shown[0]!, '--data', data])
  expect(code).toBe(0)
})
