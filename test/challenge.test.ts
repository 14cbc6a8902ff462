// Challenges in a real browser: it passes by itself or with a click, a second visitor does not, nor does a script.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launch, skipsPages } from './browser.ts'
import type { Running } from './cli.ts'
import { get, scratch, startServe } from './cli.ts'

const RULES = `rules:
  - { name: by itself, when: { path: /managed }, action: managed_challenge }
  - { name: by script, when: { path: /script }, action: js_challenge }
  - { name: by a click, when: { path: /click }, action: challenge }
`

const { dir, remove } = scratch()
afterAll(remove)

describe.skipIf(skipsPages)('challenges in a browser', () => {
  let browser: Browser
  let edge: Running

  beforeAll(async () => {
    const file = join(dir, 'rules.yaml')
    writeFileSync(file, RULES)
    edge = await startServe(['--rules', file, '--store', 'memory'])
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    await edge?.stop()
  })

  /** Until the page behind the challenge is there: a page that is asked for earlier interrupts it. */
  const isPassed = (page: Page) => page.waitForFunction(() => document.title !== 'Just a moment...')

  const open = async (options: { javaScriptEnabled?: boolean; userAgent?: string } = {}) => {
    const context = await browser.newContext({ baseURL: edge.url, ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (!/status of 40[34]/.test(message.text())) complaints.push(message.text())
    })
    return { context, page, complaints }
  }

  test.each(['/managed?a=1&b=%22', '/script'])('%s is passed by itself', async (path) => {
    const { context, page, complaints } = await open()
    const passed = page.waitForResponse(
      (response) => response.url() === edge.url + path && response.status() !== 403
    )
    const first = await page.goto(path, { waitUntil: 'commit' })
    expect(first!.status()).toBe(403)
    expect(first!.headers()['cf-mitigated']).toBe('challenge')
    // The demo site behind knows no such path: the answer is its own.
    expect((await passed).headers()['x-edge1020']).toBeUndefined()
    await isPassed(page)
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ name: 'cf_clearance', httpOnly: true })
    expect((await page.goto(path))!.headers()['cf-mitigated']).toBeUndefined()
    expect(complaints).toEqual([])
  })

  test('/click waits for a click', async () => {
    const { context, page, complaints } = await open()
    const first = await page.goto('/click')
    expect(first!.status()).toBe(403)
    expect(await page.title()).toBe('Just a moment...')
    expect(await context.cookies()).toEqual([])
    const passed = page.waitForResponse(
      (response) => response.url() === `${edge.url}/click` && response.status() !== 403
    )
    await page.getByRole('button').click()
    await passed
    await isPassed(page)
    expect((await page.goto('/click'))!.headers()['cf-mitigated']).toBeUndefined()
    expect(complaints).toEqual([])
  })

  test('the clearance of one browser is worth nothing to another', async () => {
    const { context, page } = await open()
    await page.goto('/click')
    const passed = page.waitForResponse((response) => response.status() === 303)
    await page.getByRole('button').click()
    await passed
    await isPassed(page)
    const cookies = await context.cookies()
    const other = await open({ userAgent: 'Mozilla/5.0 (another)' })
    await other.context.addCookies(cookies)
    expect((await other.page.goto('/click'))!.headers()['cf-mitigated']).toBe('challenge')
  })

  test('without scripts the page says what it needs', async () => {
    const { page } = await open({ javaScriptEnabled: false })
    await page.goto('/managed')
    expect(await page.locator('noscript').textContent()).toContain('JavaScript')
  })

  test('a page of another site cannot frame it', async () => {
    const { page } = await open()
    const framed = page.waitForResponse((response) => response.url().endsWith('/click'))
    await page.setContent(`<iframe src="${edge.url}/click"></iframe>`)
    await framed
    expect(await page.frameLocator('iframe').getByRole('button').count()).toBe(0)
  })
})

test('a script does not pass', async () => {
  const file = join(dir, 'script.yaml')
  writeFileSync(file, RULES)
  const edge = await startServe(['--rules', file, '--store', 'memory'])
  onTestFinished(() => void edge.stop())
  const { status, headers, body } = await get(`${edge.url}/managed`)
  expect([status, headers['cf-mitigated']]).toEqual([403, 'challenge'])
  const question = /name="q" value="([^"]*)"/.exec(body)?.[1] ?? ''
  const answered = await get(
    `${edge.url}/cdn-cgi/challenge-platform/h/g/pass?q=${question}&a=&to=/managed`
  )
  expect([answered.status, answered.headers['set-cookie']]).toEqual([303, undefined])
})
