// How does your client behave when it is blocked? A test with Node's own runner: node --test examples/client.test.mjs
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { memoryStore, nodeMiddleware } from 'edge1020/node'

const rules = { rules: [{ name: 'no bots', when: { user_agent: 'my-client' }, action: 'block' }] }
const edge = nodeMiddleware({ rules, store: memoryStore() })
const server = createServer((req, res) => edge(req, res, () => res.end('{"price":42}')))
const url = await new Promise((resolve) =>
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}/`))
)
after(() => server.close())

/** The client under test: what it makes of a refusal is what this file is about. */
const getPrice = async (userAgent) => {
  const response = await fetch(url, {
    headers: { 'user-agent': userAgent, accept: 'application/json' },
  })
  const body = await response.json()
  if (body.cloudflare_error) throw new Error(`blocked: ${body.error_code}, Ray ID ${body.ray_id}`)
  return body.price
}

test('a blocked client says so, with the Ray ID that the site owner will ask for', async () => {
  await assert.rejects(getPrice('my-client/1.0'), /blocked: 1020, Ray ID [0-9a-f]{16}/)
})

test('another client gets the price', async () => {
  assert.equal(await getPrice('Mozilla/5.0'), 42)
})
