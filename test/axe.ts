// axe in a page of a real browser: WCAG 2.2 AA and its authors' best practice.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const ALL: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}
/** What a colour scheme can change: the rest is the same page. */
const COLOURS: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } }

type Axe = typeof import('axe-core')

const run = async (page: Page, rules: RunOptions): Promise<string[]> => {
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(AXE)
  const { violations } = await page.evaluate<AxeResults, RunOptions>(
    (options) => (globalThis as unknown as { axe: Axe }).axe.run(options),
    rules
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  )
}

/** What axe finds in a page as it is. */
export const violations = (page: Page): Promise<string[]> => run(page, ALL)

/** What axe finds in a page in light colours, and of its colours in dark ones. */
export const violationsInBothColours = async (page: Page): Promise<string[]> => {
  await page.emulateMedia({ colorScheme: 'light' })
  const found = await violations(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  return [...found, ...(await run(page, COLOURS))]
}
