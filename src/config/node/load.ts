import { statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { EdgeError, messageOf } from '../../error.ts'
import { readTextFile } from '../../text-file.ts'
import { placeValues } from '../paths.ts'
import type { ConfigValues } from '../read.ts'
import { readConfig } from '../read.ts'

const STEM = 'edge1020.config'
const EXTENSIONS = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json']

/** The names of a configuration, in the order in which they are looked for. */
export const CONFIG_NAMES: readonly string[] = EXTENSIONS.map((extension) => `${STEM}.${extension}`)

export interface LoadedConfig {
  /** Its path, as a reader in the current directory would write it. */
  readonly file: string
  readonly values: ConfigValues
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** The configuration of a directory or of the nearest one above; `undefined` where there is none. */
export const findConfig = (directory: string): string | undefined => {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const found = CONFIG_NAMES.map((name) => join(at, name)).find(isFile)
    if (found !== undefined || at === dirname(at)) return found
  }
}

const json = (file: string, path: string): unknown => {
  const text = readTextFile(path, (reason, cause) => {
    return new EdgeError('invalid_config', `${file}: ${reason}`, { cause })
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new EdgeError('invalid_config', `${file}: not JSON: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * Where jiti keeps what it has compiled: to compile a configuration takes longer than most commands. Only the project's own folder will
 * do, as others can write to that for temporary files.
 */
const cacheFor = (path: string): string | false => {
  const modules = join(dirname(path), 'node_modules')
  const isThere = statSync(modules, { throwIfNoEntry: false })?.isDirectory() === true
  return isThere && join(modules, '.cache', 'edge1020')
}

/**
 * Runs a configuration. Node 20 cannot import TypeScript, so that jiti does it, and the same way on every version. `edge1020/config`
 * is the one of this program: a configuration also loads where the package is not installed.
 */
const run = async (file: string, path: string): Promise<unknown> => {
  try {
    const { createJiti } = await import('jiti')
    const jiti = createJiti(pathToFileURL(path).href, {
      fsCache: cacheFor(path),
      moduleCache: false,
      interopDefault: false,
      alias: { 'edge1020/config': fileURLToPath(import.meta.resolve('edge1020/config')) },
    })
    const module = await jiti.import<object>(path)
    if ('default' in module) return module.default
    // What CommonJS exports is the configuration itself.
    const isModule = '__esModule' in module || Symbol.toStringTag in module
    return isModule ? undefined : module
  } catch (error) {
    throw new EdgeError(
      'invalid_config',
      `${file}: ${messageOf(error).replace(/\s*\n\s*/g, ' ')}`,
      { cause: error }
    )
  }
}

/**
 * Loads a configuration.
 *
 * @param here the directory from which its paths are read
 * @throws EdgeError `invalid_config`
 */
export const loadConfig = async (path: string, here: string): Promise<LoadedConfig> => {
  const file = relative(here, path) || basename(path)
  if (!isFile(path)) throw new EdgeError('invalid_config', `${file}: no such file`)
  const config = path.endsWith('.json') ? json(file, path) : await run(file, path)
  return { file, values: placeValues(readConfig(file, config), dirname(path), here) }
}
