// What does your client make of a refusal? jest: npx jest
const { createTestEdge } = require('edge1020/testing')

let edge
beforeAll(async () => {
  edge = await createTestEdge({
    rules: [{ name: 'no scrapers', when: { user_agent: 'scraper' }, action: 'block' }],
  })
})
afterEach(() => edge.reset())
afterAll(() => edge.close())

test('a scraper is blocked', async () => {
  const response = await fetch(edge.url, { headers: { 'user-agent': 'scraper/1.0' } })
  await expect(response).toBeBlocked({ code: 1020, rule: 'no scrapers' })
})

test('a rate limit, then a pass', async () => {
  edge.limitNext({ retryAfter: 30 })
  await expect(await fetch(edge.url)).toBeRateLimited({ retryAfter: 30 })
  await expect(await fetch(edge.url)).toPass()
})

test('requests to a real host meet the edge', async () => {
  edge.intercept('api.shop.example')
  edge.challengeNext()
  await expect(await fetch('https://api.shop.example/')).toBeChallenged()
})
