// You have MSW already: let the edge answer for a host. node --test examples/testing/msw.test.mjs
import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { createTestEdge } from 'edge1020/testing'
import { http } from 'msw'
import { setupServer } from 'msw/node'

const edge = await createTestEdge({ listen: false, origin: () => Response.json({ price: 42 }) })
const server = setupServer(http.all('https://api.shop.example/*', edge.respond))
server.listen({ onUnhandledRequest: 'error' })
after(() => server.close())
afterEach(() => edge.reset())

const ask = () => fetch('https://api.shop.example/price')

test('what passes gets the answer of the origin', async () => {
  assert.deepEqual(await (await ask()).json(), { price: 42 })
})

test('a refusal is the real one', async () => {
  edge.blockNext({ code: 1006 })
  const response = await ask()
  assert.equal(response.status, 403)
  assert.match(response.headers.get('cf-ray'), /^[0-9a-f]{16}-LOC$/)
  assert.match(await response.text(), /1006/)
})

test('a connection that is reset is an error of the network', async () => {
  edge.dropNext()
  await assert.rejects(ask(), TypeError)
})
