import { EdgeError } from './error.ts'
import { nearest } from './nearest.ts'

/** The options of both entries and of the mounts. */
export const OPTION_NAMES: readonly string[] = [
  'anonymizeIp',
  'answers',
  'asn',
  'body',
  'bots',
  'challenges',
  'colo',
  'connection',
  'counters',
  'data',
  'events',
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
  'sinks',
  'store',
  'terraform',
  'trust',
]

/** The method of each provider. */
const PROVIDERS = {
  geo: 'lookup',
  asn: 'lookup',
  reputation: 'lookup',
  bots: 'judge',
  store: 'append',
  counters: 'take',
} as const

/** An object without a prototype, or a list with one or with a symbol in it, has no text of its own: its type stands for it. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value)
  try {
    return String(value)
  } catch {
    return Array.isArray(value) ? 'a list' : 'an object'
  }
}

const RULES = 'a list of rules, or documents such as { rules: [ … ] }'
const RULES_OR_FILES = `rule files or directories, ${RULES}`

export const wrongOption = (option: string, value: unknown, expected: string) =>
  new EdgeError('invalid_option', `option ${option}: ${textOf(value)}: expected ${expected}`)

const isText = (value: unknown): boolean => typeof value === 'string'

const isProvider = (value: unknown, method: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Record<string, unknown>)[method] === 'function'

/** @throws EdgeError `invalid_option` naming the known name that was most likely meant */
export const checkNames = (what: string, given: object, known: readonly string[]): void => {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    const hint =
      near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`
    throw new EdgeError('invalid_option', `unknown ${what} "${name}": ${hint}`)
  }
}

/**
 * Checks the options for programs without TypeScript, where a misspelt option would silently have no effect.
 *
 * @param takesNames whether files and names stand for rules and providers, as they do on Node
 * @throws EdgeError `invalid_option` naming the option and what was expected
 */
export const checkOptions = (options: object, { takesNames }: { takesNames: boolean }): void => {
  if (typeof options !== 'object' || options === null) {
    const expected = "expected an object such as { rules: 'rules/site.yaml' }"
    throw new EdgeError('invalid_option', `options: ${textOf(options)}: ${expected}`)
  }
  const given = options as Readonly<Record<string, unknown>>
  checkNames('option', given, OPTION_NAMES)
  const { rules, trust } = given
  const isRules = (takesNames && isText(rules)) || (typeof rules === 'object' && rules !== null)
  if (!isRules) throw wrongOption('rules', rules, takesNames ? RULES_OR_FILES : RULES)
  if (trust !== undefined && !(Array.isArray(trust) && trust.every(isText))) {
    throw wrongOption('trust', trust, "a list of networks and names, e.g. ['loopback']")
  }
  const { anonymizeIp: how } = given
  const key = (how as { key?: unknown } | null | undefined)?.key
  if (how !== undefined && how !== 'truncate' && !(isText(key) && String(key).length > 15)) {
    // The text of a key is secret.
    const expected = "'truncate', or { key } of at least 16 characters"
    throw wrongOption('anonymizeIp', typeof how === 'string' ? how : {}, expected)
  }
  for (const name of ['overrides', 'seesTls']) {
    const value = given[name]
    if (value !== undefined && typeof value !== 'boolean')
      throw wrongOption(name, value, 'true or false')
  }
  for (const [name, method] of Object.entries(PROVIDERS)) {
    const value = given[name]
    if (value === undefined || isProvider(value, method)) continue
    if (takesNames && isText(value)) continue
    if (takesNames && name === 'geo' && Array.isArray(value) && value.every(isText)) continue
    const expected = `an object with ${method}()`
    throw wrongOption(name, value, takesNames ? `a name or a file, or ${expected}` : expected)
  }
}
