// The page in a real browser: what it looks like to a visitor, and what it does not do.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launch, skipsPages } from './browser.ts'
import type { Running } from './cli.ts'
import { startServe } from './cli.ts'

describe.skipIf(skipsPages)('the page in a browser', () => {
  let browser: Browser
  let edge: Running

  beforeAll(async () => {
    edge = await startServe(['--store', 'memory', '--overrides'])
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    await edge?.stop()
  })

  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: edge.url, ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const requests: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // That the page's own status is 403 is the point.
      if (!message.text().includes('status of 403')) complaints.push(message.text())
    })
    const response = await page.goto('/.env')
    return { page, requests, complaints, response: response! }
  }

  const rayOf = async (page: Page) => (await page.locator('.cf-error-footer strong').textContent())!

  test('is a 403 named "Access denied", with the Ray ID of its header', async () => {
    const { page, response } = await open()
    expect(response.status()).toBe(403)
    expect(await page.title()).toBe('Access denied')
    expect(response.headers()['cf-ray']).toBe(`${await rayOf(page)}-LOC`)
  })

  test('asks for nothing but itself, and its own policy stops nothing of it', async () => {
    const { page, requests, complaints } = await open()
    await page.waitForLoadState('networkidle')
    expect(requests).toEqual([`${edge.url}/.env`])
    expect(complaints).toEqual([])
  })

  test.each([
    ['light', 'rgb(24, 32, 51)'],
    ['dark', 'rgb(238, 241, 248)'],
  ] as const)('has its own text colour in %s', async (colorScheme, colour) => {
    const { page } = await open({ colorScheme })
    expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe(colour)
  })

  test.each([320, 375, 768, 1_280])('is never wider than a window of %i pixels', async (width) => {
    const { page } = await open({ viewport: { width, height: 700 } })
    await page.locator('#error-details-checkbox').click()
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(scroll).toBeLessThanOrEqual(width)
  })

  test('opens its details with a click', async () => {
    const { page } = await open()
    const line = page.locator('#error-lines').getByText(`Ray ID: ${await rayOf(page)}`)
    expect(await line.isVisible()).toBe(false)
    await page.locator('#error-details-checkbox').click()
    expect(await line.isVisible()).toBe(true)
  })

  test('opens its details with the keyboard', async () => {
    const { page } = await open()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    expect(await page.locator('#error-details').isVisible()).toBe(true)
  })

  test('copies the details, with the Ray ID in them', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.locator('#error-details-checkbox').click()
    await page.getByText('Click to copy').click()
    await page.getByText('Copied').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.split('\n')).toEqual([
      'Error code: 1020',
      `Ray ID: ${await rayOf(page)}`,
      'Country: XX',
      expect.stringMatching(/^Data center: loc\d\d$/),
      'IP: 127.0.0.1',
      expect.stringMatching(/^Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
      'Host: 127.0.0.1',
    ])
  })

  test('without scripts everything is there but the button', async () => {
    const { page } = await open({ javaScriptEnabled: false })
    await page.locator('#error-details-checkbox').click()
    expect(await page.locator('#error-lines').isVisible()).toBe(true)
    expect(await page.locator('#click-to-copy-btn').isVisible()).toBe(false)
  })

  test('shows the country that an override sets', async () => {
    const { page } = await open({ extraHTTPHeaders: { 'x-edge-country': 'PT' } })
    expect(await page.locator('#error-lines').textContent()).toContain('Country: PT')
  })
})
