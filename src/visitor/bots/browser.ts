/** The engine of a browser, which decides the headers that it sends. On iOS it is WebKit for every browser. */
export type Engine = 'chromium' | 'gecko' | 'webkit' | 'old'

/** A browser according to its user agent. */
export interface Browser {
  /** `Chrome`, `Firefox` … */
  readonly name: string
  readonly engine: Engine
  /** Major version of the engine; 0 if absent. */
  readonly major: number
}

const VERSION_DIGITS = 4
const ZERO = 48
const NINE = 57

/** The whole number after a token: `Chrome/` of `Chrome/120.0` is 120; -1 if the token is missing. */
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

/** In the order of the search: Edge also says Chrome, and Chrome also says Safari. */
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
 * The browser that a user agent claims to be; undefined if it does not have the form of one.
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
  // Apps on iOS show pages with WebKit, and smaller browsers use either engine, with names that are not known here.
  if (userAgent.includes(' Gecko/')) return { name: 'a Gecko browser', engine: 'gecko', major: 0 }
  const isWebKit =
    userAgent.includes('AppleWebKit/') &&
    (userAgent.includes('Mobile/') || userAgent.includes('Safari/'))
  return isWebKit ? { name: 'a WebKit browser', engine: 'webkit', major: 0 } : undefined
}
