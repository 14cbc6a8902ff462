// What does your client make of a refusal? Node's own runner: node --test examples/testing/node.test.mjs
import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { createTestEdge } from 'edge1020/testing'

const edge = await createTestEdge({ origin: () => Response.json({ price: 42 }) })
after(() => edge.close())
afterEach(() => edge.reset())

/** The client under test: one more attempt after a connection that broke. */
const getPrice = async () => {
  const ask = () => fetch(`${edge.url}/price`)
  const response = await ask().catch(ask)
  if (!response.ok) throw new Error(`status ${response.status}, ${response.headers.get('cf-ray')}`)
  return (await response.json()).price
}

test('it tries again after a connection that was reset', async () => {
  edge.dropNext()
  assert.equal(await getPrice(), 42)
  assert.equal(edge.requests().length, 2)
})

test('it gives up where it is blocked, and says the Ray ID', async () => {
  edge.blockNext({ code: 1020 })
  await assert.rejects(getPrice(), /status 403, [0-9a-f]{16}-LOC/)
  assert.equal(edge.lastEvent().rule.name, 'blockNext')
})

test('it does not hide that the origin is down', async () => {
  edge.originDown(522)
  await assert.rejects(getPrice(), /status 522/)
})
