import { isAbsolute, relative, resolve } from 'node:path'
import type { PathKind } from './keys.ts'
import { CONFIG_KEYS } from './keys.ts'
import type { ConfigValues } from './read.ts'

const URL_SCHEME = /^[a-z][a-z\d+.-]+:\/\//i
/** Up to the path in it, and from its end on. */
const SHAPES: Readonly<Record<PathKind, RegExp>> = {
  path: /^()(.+)()$/s,
  store: /^(sqlite:)(.+)()$/s,
  sink: /^(ndjson:)(.+)()$/s,
  feed: /^([^=]+=)([^,]+)(.*)$/s,
  geo: /^()(?!geoip-lite$)(.+)()$/s,
}

/** A path as a reader in the current directory would write it. */
const fromHere = (path: string, directory: string, here: string): string => {
  if (isAbsolute(path) || URL_SCHEME.test(path)) return path
  return relative(here, resolve(directory, path)) || '.'
}

/**
 * The settings with paths that lead from `here` to the files that the configuration names.
 *
 * @param directory where the configuration is
 */
export const placeValues = (values: ConfigValues, directory: string, here: string): ConfigValues =>
  new Map(
    [...values].map(([name, value]) => {
      const { path: kind } = CONFIG_KEYS[name]
      if (kind === undefined || typeof value === 'boolean') return [name, value]
      const placed = value.map((text) => {
        const [, before = '', path, after = ''] = SHAPES[kind].exec(text) ?? []
        return path === undefined ? text : `${before}${fromHere(path, directory, here)}${after}`
      })
      return [name, placed]
    })
  )
