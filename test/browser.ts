// The browser that page tests use: Chromium as the machine has it, best its headless shell, which takes half of the time.
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

const WHOLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const PLACES = ['/usr/lib/chromium/chromium-headless-shell', ...WHOLE]

const firstOf = (places: readonly string[]) =>
  [process.env.CHROMIUM, ...places].find((path) => path && existsSync(path))

const executablePath = firstOf(PLACES)

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

const launchOptions = { executablePath, args: QUIET, env: { HOME: tmpdir() } }

/**
 * What `chromium.launch` takes for whole Chromium: the headless shell does not finish the navigation of a challenge that
 * Playwright's `route` answers. Without `executablePath` there is none.
 */
export const wholeLaunchOptions = { ...launchOptions, executablePath: firstOf(WHOLE) }

export const skipsWhole =
  wholeLaunchOptions.executablePath === undefined && process.env.CI !== 'true'

export const launch = (): Promise<Browser> => {
  if (executablePath === undefined) throw new Error(`CI needs Chromium: none in ${PLACES}`)
  return chromium.launch(launchOptions)
}
