/** What renders a browser's pages, which decides the headers it sends; on iOS that is WebKit whatever the name. */
export type Engine = 'chromium' | 'gecko' | 'webkit' | 'old'

/** A browser as a user agent claims it. */
export interface Browser {
  /** `Chrome`, `Firefox` … */
  readonly name: string
  readonly engine: Engine
  /** Major version of the engine's own count; 0 where not said. */
  readonly major: number
}

const VERSION_DIGITS = 4
const ZERO = 48
const NINE = 57

/** The whole number behind a token: `Chrome/` of `Chrome/120.0` is 120; -1 where the token is missing. */
const versionBehind = (text: string, token: string): number => {
  const start = text.indexOf(token)
  if (start < 0) return -1
  let version = 0
  for (let i = start + token.length; i < start + token.length + VERSION_DIGITS; i++) {
    const unit = text.charCodeAt(i)
    if (!(unit >= ZERO && unit <= NINE)) break
    version = version * 10 + unit - ZERO
  }
  return version
}

const OPENINGS = ['Mozilla/5.0 (', 'Mozilla/4.0 (', 'Opera/9.']

/** In the order they are looked for: Edge says Chrome too, and Chrome says Safari. */
const TOKENS: readonly (readonly [token: string, name: string, engine: Engine])[] = [
  ['CriOS/', 'Chrome on iOS', 'webkit'],
  ['FxiOS/', 'Firefox on iOS', 'webkit'],
  ['EdgiOS/', 'Edge on iOS', 'webkit'],
  ['Chrome/', 'Chrome', 'chromium'],
  ['Chromium/', 'Chromium', 'chromium'],
  ['Firefox/', 'Firefox', 'gecko'],
  ['Version/', 'Safari', 'webkit'],
  ['MSIE ', 'Internet Explorer', 'old'],
  ['Trident/', 'Internet Explorer', 'old'],
  ['Presto/', 'Opera', 'old'],
]

/**
 * Which browser a user agent claims to be; undefined where it has not the form of one.
 *
 * @example browserOf('Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0') // Firefox, gecko, 128
 */
export const browserOf = (userAgent: string): Browser | undefined => {
  if (!OPENINGS.some((opening) => userAgent.startsWith(opening))) return undefined
  for (const [token, name, engine] of TOKENS) {
    const major = versionBehind(userAgent, token)
    if (major < 0) continue
    if (name === 'Safari' && !userAgent.includes('AppleWebKit/')) continue
    return { name, engine, major }
  }
  // Apps on iOS show pages with WebKit, and smaller browsers with either engine, without a name that is known here.
  if (userAgent.includes(' Gecko/')) return { name: 'a Gecko browser', engine: 'gecko', major: 0 }
  const isWebKit =
    userAgent.includes('AppleWebKit/') &&
    (userAgent.includes('Mobile/') || userAgent.includes('Safari/'))
  return isWebKit ? { name: 'a WebKit browser', engine: 'webkit', major: 0 } : undefined
}
