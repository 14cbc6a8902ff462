import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { ConfigKey, ConfigKeyName } from './keys.ts'
import { CONFIG_KEYS } from './keys.ts'

/** The settings of a file: the texts that the option of the command line would have, or the state of a switch. */
export type ConfigValues = ReadonlyMap<ConfigKeyName, readonly string[] | boolean>

const EXPECTED: Readonly<Record<ConfigKey['kind'], string>> = {
  text: 'a text',
  texts: 'a text or a list of texts',
  number: 'a whole number',
  switch: 'true or false',
  pairs: "names and their texts, e.g. { zone: 'shop.test' }",
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const MAX_SHOWN_CHARS = 60

const asJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // It contains itself, or a bigint.
    return Array.isArray(value) ? 'a list' : 'an object'
  }
}

/** A value as it would be written. */
const shown = (value: unknown): string => {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  const text = typeof value === 'number' ? String(value) : asJson(value)
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text
}

const textsOf = (value: unknown): readonly string[] | undefined => {
  if (isText(value)) return [value]
  return Array.isArray(value) && value.every(isText) ? value : undefined
}

const read = (kind: ConfigKey['kind'], value: unknown): readonly string[] | boolean | undefined => {
  if (kind === 'switch') return typeof value === 'boolean' ? value : undefined
  if (kind === 'text') return isText(value) ? [value] : undefined
  if (kind === 'texts') return textsOf(value)
  if (kind === 'number') {
    return Number.isSafeInteger(value) && Number(value) >= 0 ? [String(value)] : undefined
  }
  if (!isRecord(value)) return undefined
  const pairs = Object.entries(value)
  return pairs.every(([, text]) => typeof text === 'string')
    ? pairs.map(([name, text]) => `${name}=${text}`)
    : undefined
}

const NAMES = Object.keys(CONFIG_KEYS)

/** The names that can stand at a place: `port` and the others below `admin.`. */
const namesBelow = (prefix: string): string[] => [
  ...new Set(
    NAMES.filter((name) => name.startsWith(prefix)).map(
      (name) => name.slice(prefix.length).split('.')[0]!
    )
  ),
]

/**
 * Reads the settings of a configuration, whose paths are still those that it names.
 *
 * @param file for messages
 * @throws EdgeError `invalid_config` that names the key, and the one that was most likely meant
 */
export const readConfig = (file: string, config: unknown): ConfigValues => {
  const wrong = (text: string) => new EdgeError('invalid_config', `${file}: ${text}`)
  const values = new Map<ConfigKeyName, readonly string[] | boolean>()
  const walk = (members: Readonly<Record<string, unknown>>, prefix: string): void => {
    const known = namesBelow(prefix)
    for (const [name, value] of Object.entries(members)) {
      if (value === undefined || (prefix === '' && name === '$schema')) continue
      const path = `${prefix}${name}`
      if (!known.includes(name)) {
        const meant = nearest(name, known) ?? nearest(path, NAMES)?.slice(prefix.length)
        const hint =
          meant === undefined
            ? `expected one of ${known.join(', ')}`
            : `did you mean "${prefix}${meant}"?`
        throw wrong(`unknown key "${path}": ${hint}`)
      }
      const isParent = NAMES.some((one) => one.startsWith(`${path}.`))
      if (isParent && isRecord(value)) {
        walk(value, `${path}.`)
        continue
      }
      const key = Object.hasOwn(CONFIG_KEYS, path) ? CONFIG_KEYS[path as ConfigKeyName] : undefined
      const text = key === undefined ? undefined : read(key.kind, value)
      const isKnown = key?.oneOf === undefined || key.oneOf.includes(String(text))
      if (text === undefined || !isKnown) {
        const members = `an object with ${namesBelow(`${path}.`).join(', ')}`
        const own = key?.oneOf?.join(', ') ?? (key && EXPECTED[key.kind])
        const expected = [own, isParent ? members : undefined].filter((one) => one !== undefined)
        const one = key?.oneOf === undefined ? '' : 'one of '
        throw wrong(`key "${path}": ${shown(value)}: expected ${one}${expected.join(', or ')}`)
      }
      values.set(path as ConfigKeyName, text)
    }
  }
  if (!isRecord(config)) {
    const what = config === undefined ? 'no default export' : shown(config)
    throw wrong(`${what}: expected an object, as in \`export default defineConfig({ … })\``)
  }
  walk(config, '')
  if (values.has('tls.cert') !== values.has('tls.key')) {
    throw wrong('key "tls": expected both "tls.cert" and "tls.key", or true')
  }
  return values
}
