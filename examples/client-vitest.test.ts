// How does your client behave when it is blocked? A test with vitest: npx vitest run examples/client-vitest.test.ts
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { identify } from 'edge1020/client'
import { memoryStore, nodeMiddleware } from 'edge1020/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const rules = { rules: [{ name: 'no bots', when: { user_agent: 'my-client' }, action: 'block' }] }
const store = memoryStore()
const edge = nodeMiddleware({ rules, store })
const server = createServer((req, res) => edge(req, res, () => res.end('{"price":42}')))
let url = ''

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => void server.close())

/** The client under test: its behaviour on a refusal is the subject of this file. */
const getPrice = async (userAgent: string): Promise<number> => {
  const headers = { 'user-agent': userAgent, accept: 'application/json' }
  const response = await fetch(url, { headers })
  const block = await identify(response)
  if (block !== null) throw new Error(`blocked: ${block.code}, Ray ID ${block.rayId}`)
  const { price } = (await response.json()) as { price: number }
  return price
}

describe('a blocked client', () => {
  test('says so, with the Ray ID that leads the site owner to the rule', async () => {
    const error: Error = await getPrice('my-client/1.0').then(
      () => expect.unreachable('it was not blocked'),
      (thrown) => thrown
    )
    expect(error.message).toMatch(/^blocked: 1020, Ray ID [0-9a-f]{16}$/)
    expect(await store.find(error.message.slice(-16))).toMatchObject({
      found: true,
      events: [{ rule: { name: 'no bots' } }],
    })
  })
})

test('another client gets the price', async () => {
  expect(await getPrice('Mozilla/5.0')).toBe(42)
})
