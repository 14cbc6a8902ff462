import { EdgeError } from './error.ts'
import { nearest } from './nearest.ts'

/** The options of both entries and of the mounts. */
export const OPTION_NAMES: readonly string[] = [
  'answers',
  'asn',
  'body',
  'bots',
  'colo',
  'connection',
  'data',
  'feeds',
  'geo',
  'instance',
  'lists',
  'onClose',
  'onError',
  'onWarning',
  'overrides',
  'personas',
  'redactQuery',
  'reputation',
  'rules',
  'seesTls',
  'store',
  'terraform',
  'trust',
]

/** What each provider is asked by. */
const PROVIDERS = {
  geo: 'lookup',
  asn: 'lookup',
  reputation: 'lookup',
  bots: 'judge',
  store: 'append',
} as const

const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value)

const wrong = (option: string, value: unknown, expected: string) =>
  new EdgeError('invalid_option', `option ${option}: ${shown(value)}: expected ${expected}`)

const isText = (value: unknown): boolean => typeof value === 'string'

const isProvider = (value: unknown, method: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Record<string, unknown>)[method] === 'function'

/**
 * What TypeScript says while a program is written, for those that are written without it: an option that is misspelt would
 * otherwise be silently without effect.
 *
 * @throws EdgeError `invalid_option` naming the option and what was expected
 */
export const checkOptions = (options: object): void => {
  const given = options as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given)) {
    if (OPTION_NAMES.includes(name)) continue
    const near = nearest(name, OPTION_NAMES)
    const hint =
      near === undefined ? `expected one of ${OPTION_NAMES.join(', ')}` : `did you mean ${near}?`
    throw new EdgeError('invalid_option', `option "${name}" is not known: ${hint}`)
  }
  const { trust } = given
  if (trust !== undefined && !(Array.isArray(trust) && trust.every(isText))) {
    throw wrong('trust', trust, "a list of networks and names, e.g. ['loopback']")
  }
  for (const name of ['overrides', 'seesTls']) {
    const value = given[name]
    if (value !== undefined && typeof value !== 'boolean') throw wrong(name, value, 'true or false')
  }
  for (const [name, method] of Object.entries(PROVIDERS)) {
    const value = given[name]
    if (value === undefined || isText(value) || isProvider(value, method)) continue
    if (name === 'geo' && Array.isArray(value) && value.every(isText)) continue
    throw wrong(name, value, `a name or a file, or an object with ${method}()`)
  }
}
