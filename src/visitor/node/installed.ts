import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface InstalledPackage {
  readonly dir: string
  /** `2.3.2026061719` */
  readonly version: string
}

/** ip-location-db's versions end in the date and hour of the data. */
const DATED_VERSION = /^\d+\.\d+\.(\d{4})(\d\d)(\d\d)\d\d$/

const installedFrom = (name: string, from: string | URL): InstalledPackage | undefined => {
  let manifest: string
  try {
    manifest = createRequire(from).resolve(`${name}/package.json`)
  } catch {
    // A missing package is not an error: the caller has another source or reports it.
    return undefined
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown }
  return { dir: dirname(manifest), version: typeof version === 'string' ? version : '' }
}

/** Date of the data in a package of ip-location-db, `YYYY-MM-DD`; '' if its version has none. */
export const dateOfVersion = (version: string): string =>
  DATED_VERSION.exec(version)?.slice(1).join('-') ?? ''

/**
 * Finds a data package: edge1020's own, or the project's if that is newer. So a project can update its data without waiting
 * for an edge1020 that pins a newer version.
 *
 * @param project directory whose packages are also searched; default the working directory
 * @returns `undefined` if neither has it
 * @example installedPackage('@ip-location-db/asn') // { dir: '/…/node_modules/@ip-location-db/asn', version:
 * '2.3.2026061719' }
 */
export const installedPackage = (
  name: string,
  project = process.cwd()
): InstalledPackage | undefined => {
  const own = installedFrom(name, import.meta.url)
  const theirs = installedFrom(name, join(project, 'package.json'))
  if (own === undefined || theirs === undefined) return own ?? theirs
  return dateOfVersion(theirs.version) > dateOfVersion(own.version) ? theirs : own
}
