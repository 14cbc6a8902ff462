import { resolve } from 'node:path'
import type { ConfigKey, ConfigKeyName } from '../config/keys.ts'
import { CONFIG_KEYS, keysOf } from '../config/keys.ts'
import type { LoadedConfig } from '../config/node/load.ts'
import { findConfig, loadConfig } from '../config/node/load.ts'
import type { Arguments, Command, Settings } from './command.ts'
import { NO_SETTINGS, readsSettings, usageError } from './command.ts'
import { DEFAULT_ADMIN_PORT } from './defaults.ts'

/** The variable that names the configuration file, for every command in a shell or container. */
const FILE_VARIABLE = 'EDGE1020_CONFIG'

/** Settings that only work together: a flag for one of them disables the other settings. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [['tls', 'tls-cert', 'tls-key']].flatMap((flags) => flags.map((flag) => [flag, flags]))
)

type Environment = Readonly<Record<string, string | undefined>>

const load = async (args: Arguments, env: Environment): Promise<LoadedConfig | undefined> => {
  const named = args.text('config')
  if (args.on('no-config')) {
    if (named !== undefined) {
      throw usageError('--config and --no-config: expected only one of them')
    }
    return undefined
  }
  const here = process.cwd()
  const file = named ?? (env[FILE_VARIABLE] || undefined)
  const found = file === undefined ? findConfig(here) : resolve(here, file)
  return found === undefined ? undefined : loadConfig(found, here)
}

/** Returns a host that a client can connect to: loopback if the server listens on all addresses. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** Splits a list and drops empty items, as in PATH. */
const itemsOf = (text: string, separator: string): readonly string[] =>
  text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '')

/**
 * Returns the settings of a command from the environment and the configuration. Variables override the configuration.
 *
 * @throws EdgeError `wrong_usage`, `invalid_config`
 */
export const settingsOf = async (
  command: Command,
  args: Arguments,
  env: Environment = process.env
): Promise<Settings> => {
  if (!readsSettings(command)) return NO_SETTINGS
  const loaded = await load(args, env)
  const settingOf = (
    name: ConfigKeyName,
    { variable = '', separator }: ConfigKey
  ): readonly string[] | boolean | undefined => {
    const said = env[variable] ?? ''
    if (said === '') return loaded?.values.get(name)
    return separator === undefined ? [said] : itemsOf(said, separator)
  }
  const listOf = (name: ConfigKeyName): readonly string[] => {
    const value = settingOf(name, CONFIG_KEYS[name])
    return typeof value === 'boolean' ? [] : (value ?? [])
  }
  const texts = new Map<string, readonly string[]>()
  const switches = new Map<string, boolean>()
  for (const [name, key] of keysOf(command.name, command.flags)) {
    const { flag, joins } = key
    if ((TOGETHER[flag] ?? []).some((one) => args.given(one))) continue
    const value = settingOf(name, key)
    if (typeof value === 'boolean') switches.set(flag, value)
    else if (value !== undefined) texts.set(flag, joins === true ? [value.join(',')] : value)
  }
  // `serve` with these settings listens at this address.
  const [host = '127.0.0.1'] = listOf('admin.host')
  const [port = DEFAULT_ADMIN_PORT] = listOf('admin.port')
  const isAsked = Object.hasOwn(command.flags, 'admin') && !texts.has('admin')
  if (isAsked && port !== '0' && loaded?.values.get('admin.tls') !== true) {
    texts.set('admin', [`http://${reachable(host)}:${port}`])
  }
  return { file: loaded?.file, texts, switches, rules: listOf('rules'), tests: listOf('tests') }
}
