// The pictures of the dashboard in the documentation: `npm run pictures`, after a build. Needs Debian's chromium.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'

const ROOT = resolve(import.meta.dirname, '..')
const IMAGES = join(ROOT, 'docs/images')
const VIEWPORT = { width: 1_280, height: 800 }
const NARROW = { width: 390, height: 844 }

const folder = mkdtempSync(join(tmpdir(), 'edge1020-pictures-'))
mkdirSync(join(folder, 'rules'))
copyFileSync(join(ROOT, 'rules/starter.yaml'), join(folder, 'rules/site.yaml'))
const edge = spawn(
  process.execPath,
  [
    join(ROOT, 'dist/cli/main.js'),
    ...['serve', '--port', '0', '--admin-port', '0', '--rules', 'rules/site.yaml'],
    ...['--store', 'memory', '--demo-traffic', '--json'],
  ],
  { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] }
)
const ready = await new Promise((done) => {
  edge.stdout.once('data', (line) => done(JSON.parse(String(line))))
})

const asked = async (query) => {
  const { events } = await (await fetch(`${ready.admin}/api/events?${query}`)).json()
  return events
}
/** The made-up day is there when its newest minutes are. */
const dayIsThere = async () => {
  while ((await asked('since=10m&limit=1')).length === 0) {
    await new Promise((done) => setTimeout(done, 200))
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const picture = async (path, name, { viewport = VIEWPORT, colorScheme = 'light' } = {}) => {
  const context = await browser.newContext({ viewport, colorScheme, baseURL: ready.admin })
  const page = await context.newPage()
  // The second time the fonts are there from the start.
  for (let i = 0; i < 2; i++) await page.goto(path, { waitUntil: 'networkidle' })
  await page.screenshot({ path: join(IMAGES, name) })
  await context.close()
}

try {
  await dayIsThere()
  const [{ ray }] = await asked('ip=116.203.54.21&action=block&limit=1')
  await picture('/', 'dashboard-overview.png')
  await picture('/', 'dashboard-overview-dark.png', { colorScheme: 'dark' })
  await picture(`/events/${ray}`, 'dashboard-event.png')
  const [person] = await asked('ip=93.209.80.20&path=/admin&action=block&limit=1')
  await picture(`/events/${person.ray}/exception`, 'dashboard-exception.png')
  await picture('/events', 'dashboard-phone.png', { viewport: NARROW })
} finally {
  await browser.close()
  edge.kill()
  rmSync(folder, { recursive: true })
}
