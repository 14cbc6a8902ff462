// Every build of the page in a real browser, read by axe: WCAG 2.2 AA, light and dark, narrow and wide, in each language.
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { violations, violationsInBothColours } from './axe.ts'
import { launch, skipsPages } from './browser.ts'
import type { Running } from './cli.ts'
import { startServe } from './cli.ts'

const LANGUAGES = ['de', 'es', 'fr', 'ja', 'pt', 'zh']
/** A code of every kind of text: a rule, an address, a rate, a host, an origin that does not answer. */
const CODES = [1020, 1006, 1015, 1016, 521]
/** The generations differ in the two shapes of a page: with and without the path to the origin. */
const SHAPES = [1020, 521]
const PAGES = ['g1', 'g2', 'g3', 'waf', 'union'].flatMap((generation) =>
  (generation === 'union' ? CODES : SHAPES).map((code) => ({ generation, code }))
)

describe.skipIf(skipsPages)('axe finds nothing', () => {
  let browser: Browser
  let edge: Running

  beforeAll(async () => {
    edge = await startServe(['--store', 'none', '--languages'])
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    await edge?.stop()
  })

  const open = async (path: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: edge.url, ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(path)
    const checkbox = page.locator('#error-details-checkbox')
    if ((await checkbox.count()) > 0) await checkbox.click()
    return page
  }

  test.each(PAGES)('$generation $code, light and dark', async ({ generation, code }) => {
    const page = await open(`/cdn-cgi/error/${code}?generation=${generation}`)
    expect(await violationsInBothColours(page)).toEqual([])
  })

  describe.each(['g1', 'g2', 'g3', 'waf', 'union'])('%s', (generation) => {
    test('is never wider than its window', async () => {
      for (const code of [1020, 522]) {
        const page = await open(`/cdn-cgi/error/${code}?generation=${generation}`)
        for (const width of [320, 360, 1_440]) {
          await page.setViewportSize({ width, height: 800 })
          const scrolled = await page.evaluate(
            () => globalThis.document.documentElement.scrollWidth
          )
          expect(scrolled).toBeLessThanOrEqual(width)
        }
      }
    })

    test('in another language its marks are still English, and say so', async () => {
      const page = await open(`/cdn-cgi/error/1020?generation=${generation}`, { locale: 'de' })
      expect(await page.locator('html').getAttribute('lang')).toBe('de')
      expect(
        await page.locator('h1').evaluate((h1) => h1.closest('[lang]')!.getAttribute('lang'))
      ).toBe('en')
      expect(
        await page.locator('ol').evaluate((ol) => ol.closest('[lang]')!.getAttribute('lang'))
      ).toBe('de')
      expect(await violations(page)).toEqual([])
    })
  })

  test.each(LANGUAGES)('in %s', async (locale) => {
    const page = await open('/cdn-cgi/error/522', { locale })
    expect(await page.locator('html').getAttribute('lang')).toMatch(new RegExp(`^${locale}`))
    expect(await violations(page)).toEqual([])
  })

  test('but it would: a page with a mistake is found out', async () => {
    const page = await open('/cdn-cgi/error/1020')
    await page.evaluate(() => {
      globalThis.document.documentElement.removeAttribute('lang')
    })
    expect((await violations(page)).join()).toContain('html-has-lang')
  })

  test('nor would dark letters on dark ground pass', async () => {
    const page = await open('/cdn-cgi/error/1020', { bypassCSP: true })
    await page.addStyleTag({
      content:
        '@media (prefers-color-scheme: dark) { body, body * { color: #111; background: #222 } }',
    })
    expect((await violationsInBothColours(page)).join()).toContain('color-contrast')
  })
})
