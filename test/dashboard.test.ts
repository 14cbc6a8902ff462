// The dashboard of a running edge in a real browser: from a mail to an exception, filters, the keyboard, without scripts, axe.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { violations, violationsInBothColours } from './axe.ts'
import { launch, skipsPages } from './browser.ts'
import type { Running } from './cli.ts'
import { BROWSER, get, ROOT, scratch, startServe } from './cli.ts'

const TOKEN = 'correct-horse-battery'
const EVIL = `"><img src=x onerror="window.evil=1"><script>window.evil=1</script>`

const folder = scratch()
afterAll(folder.remove)
let number = 0

/** An edge with a copy of the starter pack, which a test may change. */
const start = async (args: readonly string[] = []): Promise<Running & { file: string }> => {
  const dir = join(folder.dir, String(number++))
  mkdirSync(dir)
  const file = join(dir, 'site.yaml')
  copyFileSync(join(ROOT, 'rules/starter.yaml'), file)
  const edge = await startServe(['--store', 'memory', '--data', dir, '--rules', file, ...args])
  return { ...edge, file }
}

const ask = (edge: Running, path: string, userAgent = 'curl/8.18.0') =>
  get(edge.url + path, { headers: { 'user-agent': userAgent, 'accept-encoding': 'gzip' } })
const rayOf = ({ headers }: Awaited<ReturnType<typeof ask>>) => String(headers['cf-ray'])

describe.skipIf(skipsPages)('the dashboard', () => {
  let browser: Browser
  /** Nobody changes its rules. */
  let shared: Running & { file: string }
  let ray: string

  beforeAll(async () => {
    browser = await launch()
    const lists = join(folder.dir, 'lists.yaml')
    writeFileSync(lists, 'lists: { offices: { kind: ip, items: [192.0.2.0/24] } }\n')
    shared = await start(['--rules', lists])
    for (const path of ['/', '/.env', '/feed', `/?q=${encodeURIComponent(EVIL)}`]) {
      ray = rayOf(await ask(shared, path))
    }
    await ask(shared, '/admin', BROWSER)
    await ask(shared, '/', `curl ${EVIL}`)
  })

  afterAll(async () => {
    await browser?.close()
    await shared?.stop()
  })

  const open = async (edge: Running, path: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: edge.admin, ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    page.on('console', (message) => {
      const isFrame = message.text().includes("document's frame is sandboxed")
      if (message.type() === 'error' && !isFrame) errors.push(message.text())
    })
    await page.goto(path)
    return { page, errors, context }
  }

  test('from a mail to an exception: the next request passes, and undo takes it back', async () => {
    const edge = await start()
    onTestFinished(async () => void (await edge.stop()))
    const refused = await ask(edge, '/feed')
    expect(refused.status).toBe(403)
    const { page, errors } = await open(edge, '/')
    const mail = `Hello, your site blocks my feed reader!\nIt shows: Ray ID ${rayOf(refused)}. Regards, Ann`
    await page.getByRole('searchbox').fill(mail.replace('\n', ' '))
    await page.keyboard.press('Enter')
    await page.waitForURL('**/events/*')
    expect(await page.locator('h1').textContent()).toContain('Blocked')
    expect(await page.locator('mark').first().textContent()).toBe('http.user_agent contains "curl"')
    await page.getByRole('link', { name: 'Let this visitor through' }).click()
    const rows = page.locator('#candidates tbody tr')
    expect(await rows.first().textContent()).toContain('nobody else')
    await page.getByRole('link', { name: 'For a week' }).click()
    expect(await page.locator('.diff').textContent()).toMatch(/Ends \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    await page.getByRole('button', { name: /^Write it into/ }).click()
    await page.waitForURL('**/rules?*')
    expect(await page.getByRole('status').first().textContent()).toContain('exception for')
    const text = readFileSync(edge.file, 'utf8')
    expect(text).toContain('  # Rules run from top to bottom.')
    expect(text.indexOf('let through')).toBeLessThan(text.indexOf('name: no scripts'))
    expect((await ask(edge, '/feed')).status).not.toBe(403)
    expect((await ask(edge, '/feed', 'Wget/1')).status).toBe(403)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.waitForURL('**/rules')
    expect(readFileSync(edge.file, 'utf8')).toBe(
      readFileSync(join(ROOT, 'rules/starter.yaml'), 'utf8')
    )
    expect((await ask(edge, '/feed')).status).toBe(403)
    const audit = await (await fetch(`${edge.admin}/api/audit`)).json()
    const done = audit.entries.filter(({ status }: { status?: number }) => status === 303)
    expect(done.map(({ what }: { what: string }) => what.split('?')[0])).toEqual([
      'POST /rules/undo',
      expect.stringMatching(/^POST \/events\/[\da-f]{16}\/exception$/),
    ])
    expect(errors).toEqual([])
  })

  test('a click filters, a click excludes, and each can be taken away', async () => {
    const { page, errors } = await open(shared, '/events')
    const rows = page.locator('.events tbody tr')
    const all = await rows.count()
    await page.locator('#top-path a.v', { hasText: '/.env' }).click()
    expect(await rows.count()).toBe(1)
    await page.getByRole('link', { name: 'Remove the filter Path is /.env' }).click()
    expect(await rows.count()).toBe(all)
    await page.getByRole('link', { name: 'Exclude /.env' }).click()
    expect(await rows.count()).toBe(all - 1)
    expect(page.url()).toContain('path.isNot=')
    await page.locator('.add summary').click()
    await page.getByLabel('Field').selectOption('path')
    await page.getByLabel('Value').fill('adm')
    await page.getByRole('button', { name: 'Add' }).click()
    expect(await rows.count()).toBe(1)
    expect(errors).toEqual([])
  })

  test('the chart tells numbers under the pointer, and a drag chooses the time', async () => {
    const { page, errors } = await open(shared, '/events?since=15m')
    const box = (await page.locator('.plot svg').first().boundingBox())!
    const tips: (string | null)[] = []
    // The events are of the last minutes.
    for (const bar of [1, 20, ...Array.from({ length: 20 }, (_, i) => 40 + i)]) {
      await page.mouse.move(box.x + (box.width * (bar + 0.5)) / 60, box.y + 20)
      tips.push(await page.locator('.tip').textContent())
    }
    expect(tips.join()).toContain('Block')
    expect(tips.join()).toContain('No events')
    await page.mouse.move(box.x + box.width * 0.6, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 2, box.y + 30, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL('**from=*')
    const query = new URL(page.url()).searchParams
    const minutes = (Date.parse(query.get('to')!) - Date.parse(query.get('from')!)) / 60_000
    expect(minutes).toBeGreaterThan(4)
    expect(minutes).toBeLessThan(9)
    expect(await page.locator('.spans [aria-current]').textContent()).toBe('Chosen time')
    expect(errors).toEqual([])
  })

  test('live shows a new event without a reload', async () => {
    const edge = await start()
    onTestFinished(async () => void (await edge.stop()))
    const { page, errors } = await open(edge, '/events')
    expect(await page.locator('.empty h2').textContent()).toBe('No events in this time')
    await page.getByRole('button', { name: 'Live' }).click()
    await ask(edge, '/now')
    await page.locator('.events tbody tr', { hasText: '/now' }).waitFor()
    expect(errors).toEqual([])
  })

  test('a rule is edited: a mistake is shown at its place, then mended, previewed and saved', async () => {
    const edge = await start()
    onTestFinished(async () => void (await edge.stop()))
    await ask(edge, '/feed')
    const { page, errors } = await open(edge, '/rules')
    await page.getByRole('link', { name: 'Edit no scripts' }).click()
    const area = page.locator('#text')
    const text = await area.inputValue()
    await area.fill(text.replace('user_agent:', 'user_agnt:'))
    await expect.poll(() => page.locator('#checked').textContent()).toContain('1 problem')
    expect(await page.locator('#problems pre b').textContent()).toBe('^'.repeat('user_agnt'.length))
    await page.getByRole('button', { name: 'Check and preview' }).click()
    expect(await page.locator('.notice.ill').textContent()).toContain('user_agnt')
    await area.fill(text.replace('- curl\n', '- carl\n'))
    await expect.poll(() => page.locator('#checked').textContent()).toBe('No problems')
    await page.getByRole('button', { name: 'Check and preview' }).click()
    expect(await page.locator('#effect').textContent()).toContain('block no scripts')
    await page.getByRole('button', { name: /^Save/ }).click()
    await page.waitForURL('**/rules')
    expect(readFileSync(edge.file, 'utf8')).toBe(text.replace('- curl\n', '- carl\n'))
    expect((await ask(edge, '/feed')).status).not.toBe(403)
    expect(errors.filter((error) => !error.includes('422'))).toEqual([])
  })

  test('a rule is switched off and moved', async () => {
    const edge = await start()
    onTestFinished(async () => void (await edge.stop()))
    const { page } = await open(edge, '/rules')
    const names = () => page.locator('.rule h3').allTextContents()
    const before = await names()
    await page.getByRole('button', { name: 'Switch off: no scripts' }).click()
    await page.getByRole('button', { name: 'Switch on: no scripts' }).waitFor()
    expect((await ask(edge, '/feed')).status).not.toBe(403)
    await page.getByRole('button', { name: 'Move up: no scripts' }).click()
    await expect.poll(names).toEqual([before[1], before[0], ...before.slice(2)])
  })

  test('of two tabs the second is told, and nothing is lost', async () => {
    const edge = await start()
    onTestFinished(async () => void (await edge.stop()))
    const path = `/rules/edit?file=${encodeURIComponent(edge.file)}`
    const [one, two] = [await open(edge, path), await open(edge, path)]
    const write = async ({ page }: typeof one, line: string) => {
      const area = page.locator('#text')
      await area.fill(`${await area.inputValue()}${line}\n`)
      await page.getByRole('button', { name: 'Check and preview' }).click()
    }
    await write(one, '# from the first')
    await write(two, '# from the second')
    await one.page.getByRole('button', { name: /^Save/ }).click()
    await one.page.waitForURL('**/rules')
    await two.page.getByRole('button', { name: /^Save/ }).click()
    expect(await two.page.getByRole('alert').textContent()).toContain('has changed since')
    expect(await two.page.locator('.diff').textContent()).toContain('# from the first')
    expect(await two.page.locator('#text').inputValue()).toContain('# from the second')
    const text = readFileSync(edge.file, 'utf8')
    expect(text).toContain('# from the first')
    expect(text).not.toContain('# from the second')
  })

  test('a request is tried as a test visitor', async () => {
    const { page, errors } = await open(shared, '/try')
    await page.getByLabel('Request').fill('https://shop.test/.env')
    await page.getByLabel('As').fill('chrome-berlin')
    await page.getByRole('button', { name: 'Judge' }).click()
    expect(await page.locator('.verdict').textContent()).toContain(
      'Blocked by nothing to find here'
    )
    expect(await page.locator('.step.matched mark').textContent()).toContain('/.env')
    await page.getByLabel('Request').fill('nonsense \u0000')
    await page.getByRole('button', { name: 'Judge' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('expected a URL')
    expect(errors.filter((error) => !error.includes('400'))).toEqual([])
  })

  test('the keyboard is enough', async () => {
    const { page } = await open(shared, '/')
    await page.keyboard.press('/')
    await page.keyboard.type(ray)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/events/*')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Skip to the content'
    )
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Let this visitor through' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/exception')
    await page.locator('#candidates a').nth(1).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**pick=*')
  })

  test('without scripts there is all but what needs them', async () => {
    const edge = await start()
    onTestFinished(async () => void (await edge.stop()))
    const refused = await ask(edge, '/feed')
    const { page } = await open(edge, '/', { javaScriptEnabled: false })
    await page.getByRole('searchbox').fill(rayOf(refused))
    await page.getByRole('searchbox').press('Enter')
    await page.getByRole('link', { name: 'Let this visitor through' }).click()
    await page.getByRole('button', { name: /^Write it into/ }).click()
    await page.waitForURL('**/rules?*')
    expect((await ask(edge, '/feed')).status).not.toBe(403)
    await page.goto('/events')
    expect(await page.locator('.plot svg path[d^="M"]').count()).toBeGreaterThan(1)
    expect(await page.locator('#live').isVisible()).toBe(false)
    const [link] = await page.locator('.hits a').all()
    expect(await link!.getAttribute('href')).toContain('from=')
  })

  test('the token lets in, and logging out ends that', async () => {
    const edge = await start(['--admin-token', TOKEN])
    onTestFinished(async () => void (await edge.stop()))
    const { page } = await open(edge, '/events')
    await page.waitForURL('**/login')
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Log in' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('not the token')
    await page.getByLabel('Token').fill(TOKEN)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL('**/login')
    await page.goto('/')
    await page.waitForURL('**/login')
  })

  test('read-only mode offers no change, and makes none', async () => {
    const edge = await start(['--admin-read-only'])
    onTestFinished(async () => void (await edge.stop()))
    const id = rayOf(await ask(edge, '/feed')).split('-')[0]!
    const { page } = await open(edge, '/rules')
    expect(await page.getByRole('button', { name: /^Switch/ }).count()).toBe(0)
    expect(await page.locator('.badge').first().textContent()).toContain('Read only')
    await page.goto(`/events/${id}/exception`)
    expect(await page.getByRole('button', { name: /^Write/ }).count()).toBe(0)
    for (const path of ['/rules/save', '/rules/undo', '/rules/change', `/events/${id}/exception`]) {
      const answer = await fetch(edge.admin + path, { method: 'POST', body: new URLSearchParams() })
      expect([path, answer.status]).toEqual([path, 403])
    }
  })

  test('what attackers send does not run', async () => {
    const { page, errors } = await open(shared, '/')
    for (const path of [
      '/',
      '/events',
      `/events/${ray}`,
      `/try?ray=${ray}`,
      `/events/${ray}/exception`,
      `/events?text=${encodeURIComponent(EVIL)}`,
    ]) {
      await page.goto(path)
      expect([path, await page.evaluate(() => (globalThis as { evil?: number }).evil)]).toEqual([
        path,
        undefined,
      ])
      expect(await page.locator('img').count()).toBe(0)
      expect([path, errors]).toEqual([path, []])
    }
  })

  describe('axe finds nothing, and no page is wider than its window', () => {
    /** One for all: a document that is replaced leaves axe there, which takes longer to load than to run. */
    let page: Page
    let documents = 0

    beforeAll(async () => {
      page = await browser.newPage({ baseURL: shared.admin })
      await page.goto('/')
    })
    afterAll(() => page?.close())

    const show = async (path: string) => {
      const answer = await fetch(shared.admin + path, { headers: { accept: 'text/html' } })
      const script = /(?<=<script src=")[^"]+/
      const document = await answer.text()
      expect(document).toMatch(script)
      await page.setViewportSize({ width: 1_280, height: 720 })
      await page.evaluate((to) => history.replaceState(undefined, '', to), path)
      // A module runs once in a page: by another name it runs in this document, too.
      await page.setContent(document.replace(script, (name) => `${name}?${documents++}`))
    }

    test.each([
      '/',
      '/events',
      '/events?country=XX&path.isNot=/x',
      '/events/RAY',
      '/events/RAY/exception',
      '/rules',
      '/rules/edit?file=FILE',
      '/try',
      '/try?ray=RAY',
      '/events/0000000000000000',
      '/events?x=1',
      '/data?q=192.0.2.1',
      '/answers?code=1015',
    ])(
      '%s',
      async (given) => {
        await show(given.replace('RAY', ray).replace('FILE', encodeURIComponent(shared.file)))
        expect(await violationsInBothColours(page)).toEqual([])
        for (const width of [320, 390, 1_024, 1_440]) {
          await page.setViewportSize({ width, height: 800 })
          expect(
            await page.evaluate(() => document.documentElement.scrollWidth)
          ).toBeLessThanOrEqual(width)
        }
        // On a phone these pages have another layout.
        const phone = ['/', '/events', '/events/RAY', '/rules', '/data?q=192.0.2.1']
        if (!phone.includes(given)) return
        await page.setViewportSize({ width: 390, height: 800 })
        expect(await violations(page)).toEqual([])
      },
      60_000
    )

    test('their scripts have run, and their styles are there', async () => {
      await show('/events')
      expect(await page.locator('#live').isVisible()).toBe(true)
      const rules = () => page.evaluate(() => document.styleSheets[0]?.cssRules.length)
      expect(await rules()).toBeGreaterThan(50)
      await show('/rules')
      await show('/events')
      expect(await page.locator('#live').isVisible()).toBe(true)
      expect(await rules()).toBeGreaterThan(50)
    })

    test('/login', async () => {
      const edge = await start(['--admin-token', TOKEN])
      onTestFinished(async () => void (await edge.stop()))
      const { page } = await open(edge, '/login')
      expect(await violationsInBothColours(page)).toEqual([])
    })
  })

  test('a broken file is told with its place, and the rules from before go on', async () => {
    const edge = await start()
    onTestFinished(async () => void (await edge.stop()))
    const { page } = await open(edge, '/')
    writeFileSync(edge.file, 'rules: [')
    await expect
      .poll(
        async () => {
          await page.reload()
          return page.locator('#state').textContent()
        },
        { timeout: 20_000 }
      )
      .toContain('The last reload failed')
    expect(await page.locator('.state').textContent()).toContain('Needs attention')
    await page.goto('/rules')
    expect(await page.locator('.rule').count()).toBeGreaterThan(3)
  })
})
