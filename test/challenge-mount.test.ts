// Challenges of a middleware below a path of an Express app: the answer has to reach it too.
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { answerTo } from '../src/challenges/work.ts'
import { createEdge } from '../src/edge.ts'
import { memoryStore } from '../src/events/memory.ts'
import { mountNode } from '../src/mount/node/middleware.ts'
import { rulesFromObjects } from '../src/rules/objects.ts'

test.each<[string | string[], number]>([
  [['/admin', '/cdn-cgi'], 200],
  ['/admin', 403],
])('mounted at %j: behind the challenge comes %i', async (paths, expected) => {
  const edge = createEdge({
    ruleset: rulesFromObjects([
      { rules: [{ name: 'ask', expression: true, action: 'managed_challenge' }] },
    ]),
    store: memoryStore(),
  })
  const app = express()
  app.use(paths, mountNode(edge))
  app.use('/admin', (_request, response) => void response.send('the app'))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const page = await fetch(`${at}/admin`)
  expect(page.headers.get('cf-mitigated')).toBe('challenge')
  const html = await page.text()
  const q = /name="q" value="([^"]*)"/.exec(html)![1]!
  const action = / action="([^"]*)"/.exec(html)![1]!
  const query = new URLSearchParams({ q, a: answerTo(q), to: '/admin' })
  const passed = await fetch(`${at}${action}?${query}`, { redirect: 'manual' })
  await passed.text()
  const cookie = passed.headers.get('set-cookie')?.split(';')[0] ?? ''
  const answer = await fetch(`${at}/admin`, { headers: { cookie } })
  await answer.text()
  expect(answer.status).toBe(expected)
})
