// Each generation of the page on a phone: the Ray ID is on the first screen, and the note on emulation beside Cloudflare's name.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Generation } from '../src/answers/answer.ts'
import { GENERATIONS } from '../src/answers/answer.ts'
import { createAnswers } from '../src/answers/create.ts'
import { languages } from '../src/answers/languages/all.ts'
import { LANGUAGE_CODES } from '../src/answers/languages.ts'
import { launch, skipsPages } from './browser.ts'

const RAY = '9c3a1f0e2b7d4815'
const LONGEST_HOST = `${'a-long-label-of-a-host-'.repeat(11)}.test`
/** Status bar, address bar and navigation of the browser: screen, not page. */
const BARS = 140
const PHONES = [
  { width: 390, height: 844 },
  { width: 360, height: 640 },
]

interface Choice {
  readonly code?: number
  readonly host?: string
  readonly language?: string
  readonly generation?: Generation
}

const answers = createAnswers({ languages, compress: false })

describe.skipIf(skipsPages)('on a phone', () => {
  let browser: Browser
  let tab: Page

  beforeAll(async () => {
    browser = await launch()
    tab = await browser.newPage()
  })

  afterAll(() => browser?.close())

  const open = async (
    viewport: { width: number; height: number },
    { code = 1020, host = 'shop.example.com', language = 'en', ...page }: Choice = {}
  ) => {
    await tab.setViewportSize(viewport)
    const { body } = answers.refuse({
      code,
      host,
      ray: RAY,
      colo: 'LHR',
      timeMs: Date.UTC(2026, 10, 29),
      ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
      country: 'DE',
      method: 'GET',
      accept: 'text/html',
      acceptEncoding: 'gzip',
      acceptLanguage: language,
      page,
    })
    await tab.setContent(String(body))
    return tab
  }

  /** Lower edge of the first Ray ID that can be seen, in CSS pixels from the page's top. */
  const depthOfRay = (page: Page) =>
    page.evaluate((ray) => {
      const { document } = globalThis
      const bottoms = [...document.querySelectorAll('body *')]
        .filter((element) => element.children.length === 0 && element.textContent?.includes(ray))
        .filter((element) => element.getClientRects().length > 0)
        .map((element) => element.getBoundingClientRect().bottom)
      return Math.min(...bottoms)
    }, RAY)

  const places = (page: Page) =>
    page.evaluate(() => {
      const { document } = globalThis
      const boxOf = (element: Element | undefined) => {
        const { left, right, top, bottom } = element!.getBoundingClientRect()
        return { left, right, top, bottom }
      }
      const items = [...document.querySelectorAll('[role=contentinfo] .cf-footer-item')]
      const brand = items.find((item) => item.textContent?.includes('Performance & security by'))
      const note = document.querySelector('[role=contentinfo] .note')
      return { brand: boxOf(brand), note: boxOf(note!), text: note!.textContent }
    })

  const widthOf = (page: Page) =>
    page.evaluate(() => globalThis.document.documentElement.scrollWidth)

  describe.each(PHONES)('of $width × $height', (phone) => {
    const fold = phone.height - BARS

    describe.each([...GENERATIONS, 'trouble'] as const)('%s', (generation) => {
      const choice: Choice = generation === 'trouble' ? { code: 522 } : { generation }

      test('the Ray ID is above the fold, whatever the length of the host', async () => {
        for (const host of ['shop.example.com', LONGEST_HOST]) {
          const page = await open(phone, { ...choice, host })
          expect(await depthOfRay(page)).toBeLessThan(fold)
          expect(await widthOf(page)).toBeLessThanOrEqual(phone.width)
        }
      })

      test('in each language the Ray ID is above the fold and the note beside the name', async () => {
        for (const language of LANGUAGE_CODES) {
          const page = await open(phone, { ...choice, language })
          expect(await page.locator('html').getAttribute('lang')).toMatch(RegExp(`^${language}`))
          expect(await depthOfRay(page)).toBeLessThan(fold)
          expect(await widthOf(page)).toBeLessThanOrEqual(phone.width)
          const { brand, note, text } = await places(page)
          expect(text).toContain('edge1020')
          expect(note.left).toBeGreaterThan(brand.right)
          expect(note.top).toBeLessThan(brand.bottom)
          expect(brand.top).toBeLessThan(note.bottom)
        }
      })
    })
  })

  test('a Ray ID that is pushed down would be noticed', async () => {
    const page = await open(PHONES[1]!)
    await page.evaluate(() => {
      globalThis.document.body.style.paddingTop = '40rem'
    })
    expect(await depthOfRay(page)).toBeGreaterThan(PHONES[1]!.height)
  })
})
