// Every build of the page in a real browser, read by axe: WCAG 2.2 AA, light and dark, narrow and wide, in each language.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Generation } from '../src/answers/answer.ts'
import { GENERATIONS } from '../src/answers/answer.ts'
import { createAnswers } from '../src/answers/create.ts'
import { languages } from '../src/answers/languages/all.ts'
import { violations, violationsInBothColours } from './axe.ts'
import { launch, skipsPages } from './browser.ts'

const LANGUAGES = ['de', 'es', 'fr', 'ja', 'pt', 'zh']
/** A code of every kind of text: a rule, an address, a rate, a host, an origin that does not answer. */
const CODES = [1020, 1006, 1015, 1016, 521]
/** The generations differ in the two shapes of a page: with and without the path to the origin. */
const SHAPES = [1020, 521]
const PAGES = GENERATIONS.flatMap((generation) =>
  (generation === 'union' ? CODES : SHAPES).map((code) => ({ generation, code }))
)

interface Choice {
  readonly code: number
  readonly generation?: Generation
  readonly language?: string
}

const answers = createAnswers({ languages, compress: false })

describe.skipIf(skipsPages)('axe finds nothing', () => {
  let browser: Browser
  /** One for all: a document that is replaced leaves axe there, which takes longer to load than to run. */
  let page: Page

  beforeAll(async () => {
    browser = await launch()
    page = await browser.newPage()
  })

  afterAll(() => browser?.close())

  const show = async ({ code, language = 'en', ...look }: Choice) => {
    const { body } = answers.refuse({
      code,
      host: 'shop.example.com',
      ray: '9c3a1f0e2b7d4815',
      colo: 'LHR',
      timeMs: Date.UTC(2026, 10, 29),
      ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
      country: 'DE',
      method: 'GET',
      accept: 'text/html',
      acceptEncoding: 'gzip',
      acceptLanguage: language,
      page: look,
    })
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1_280, height: 720 })
    await page.setContent(String(body))
    const checkbox = page.locator('#error-details-checkbox')
    if ((await checkbox.count()) > 0) await checkbox.click()
  }

  test.each(PAGES)('$generation $code, light and dark', async (choice) => {
    await show(choice)
    expect(await violationsInBothColours(page)).toEqual([])
  })

  describe.each(GENERATIONS)('%s', (generation) => {
    test('is never wider than its window', async () => {
      for (const code of [1020, 522]) {
        await show({ code, generation })
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
      await show({ code: 1020, generation, language: 'de' })
      const languageOf = (selector: string) =>
        page.locator(selector).evaluate((one) => one.closest('[lang]')!.getAttribute('lang'))
      expect(await languageOf('html')).toBe('de')
      expect(await languageOf('h1')).toBe('en')
      expect(await languageOf('ol')).toBe('de')
      expect(await violations(page)).toEqual([])
    })
  })

  test.each(LANGUAGES)('in %s', async (language) => {
    await show({ code: 522, language })
    expect(await page.locator('html').getAttribute('lang')).toMatch(new RegExp(`^${language}`))
    expect(await violations(page)).toEqual([])
  })

  test('but it would: a page with a mistake is found out', async () => {
    await show({ code: 1020 })
    await page.evaluate(() => {
      globalThis.document.documentElement.removeAttribute('lang')
    })
    expect((await violations(page)).join()).toContain('html-has-lang')
  })

  test('nor would dark letters on dark ground pass', async () => {
    await show({ code: 1020 })
    await page.evaluate(() => {
      const dark = '{ body, body * { color: #111 !important; background: #222 !important } }'
      const [sheet] = globalThis.document.styleSheets
      sheet!.insertRule(`@media (prefers-color-scheme: dark) ${dark}`, sheet!.cssRules.length)
    })
    expect((await violationsInBothColours(page)).join()).toContain('color-contrast')
  })
})
