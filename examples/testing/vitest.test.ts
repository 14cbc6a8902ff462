// What does your client make of a refusal? Vitest: npx vitest run examples/testing/vitest.test.ts
import 'edge1020/testing/vitest'
import { createTestEdge } from 'edge1020/testing'
import { expect, test } from 'vitest'

/** The client under test: waits as long as it is told, and tries again. */
const getPatiently = async (url: string, sleep: (ms: number) => void): Promise<Response> => {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url)
    const seconds = Number(response.headers.get('retry-after'))
    if (response.status !== 429 || attempt === 3) return response
    sleep(seconds * 1_000)
  }
}

const rules = [{ name: 'no scrapers', when: { user_agent: 'scraper' }, action: 'block' }]

test('a scraper is blocked', async () => {
  await using edge = await createTestEdge({ rules })
  const response = await fetch(edge.url, { headers: { 'user-agent': 'scraper/1.0' } })
  await expect(response).toBeBlocked({ code: 1020, rule: 'no scrapers' })
})

test('the client waits for a rate limit to end', async () => {
  await using edge = await createTestEdge()
  edge.script([{ code: 1015, retryAfter: 30 }, { code: 1015, retryAfter: 5 }, 'pass'])
  const response = await getPatiently(edge.url, edge.clock.advance)
  await expect(response).toPass()
  expect(edge.requests().map(({ status }) => status)).toEqual([429, 429, 200])
  expect(edge.clock.now() - Date.UTC(2026, 0, 1)).toBe(35_000)
})

test('requests to a real host meet the edge', async () => {
  await using edge = await createTestEdge()
  edge.intercept('api.shop.example')
  edge.blockNext({ code: 1009 })
  await expect(await fetch('https://api.shop.example/prices')).toBeBlocked({ code: 1009 })
  await expect(await fetch('https://api.shop.example/prices')).toPass()
})

test('visitors from elsewhere', async () => {
  await using edge = await createTestEdge({
    rules: [{ name: 'no Tor', when: { country: 'T1' }, action: 'managed_challenge' }],
  })
  await expect(await edge.as('tor-exit').fetch('/')).toBeChallenged({ rule: 'no Tor' })
  await expect(await edge.as('chrome-berlin').fetch('/')).toPass()
})
