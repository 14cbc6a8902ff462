// The browser that page tests use: Chromium as the machine has it. Its headless shell does not finish the navigation of a
// challenge that Playwright's `route` answers.
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = [process.env.CHROMIUM, ...PLACES].find((path) => path && existsSync(path))

/** Where nothing may be skipped a missing browser is a failure. */
export const skipsPages = executablePath === undefined && process.env.CI !== 'true'

if (skipsPages) {
  console.warn(
    `page tests skipped: no Chromium in ${PLACES.join(', ')}; install it or set CHROMIUM to its path`
  )
}

/** Without any of these Chromium talks to its maker. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** What `chromium.launch` takes here. */
export const launchOptions = { executablePath, args: QUIET, env: { HOME: tmpdir() } }

export const launch = (): Promise<Browser> => {
  if (executablePath === undefined) throw new Error(`CI needs Chromium: none in ${PLACES}`)
  return chromium.launch(launchOptions)
}
