// A browser that meets Cloudflare's page on your site. Playwright: node --test examples/testing/playwright.test.mjs
import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { createTestEdge } from 'edge1020/testing'
import { chromium } from 'playwright'

const SHOP = 'https://shop.example/'

const edge = await createTestEdge({
  listen: false,
  origin: () => new Response('<h1>Shop</h1>', { headers: { 'content-type': 'text/html' } }),
})
const browser = await chromium.launch(JSON.parse(process.env.LAUNCH ?? '{}'))
after(() => browser.close())
afterEach(() => edge.reset())

const open = async () => {
  const page = await (await browser.newContext()).newPage()
  await edge.route(page, `${SHOP}**`)
  return page
}

test('the page of a refusal shows the Ray ID', async () => {
  const page = await open()
  edge.blockNext({ when: { path: '/' } })
  await page.goto(SHOP)
  assert.match(await page.title(), /Access denied/)
  const text = await page.locator('body').innerText()
  assert.ok(text.includes(edge.lastEvent().ray))
})

test('a challenge is solved by the browser, then the shop is there', async () => {
  const page = await open()
  edge.use([{ name: 'ask', expression: 'true', action: 'managed_challenge' }])
  await page.goto(SHOP)
  await page.getByRole('heading', { name: 'Shop' }).waitFor()
  const outcomes = edge.requests().map(({ action }) => action)
  assert.equal(outcomes[0], 'managed_challenge')
  assert.ok(outcomes.includes('clearance'))
})

test('a connection that is reset is the browser’s own error', async () => {
  const page = await open()
  edge.dropNext()
  await assert.rejects(page.goto(SHOP), /ERR_CONNECTION_RESET/)
})
