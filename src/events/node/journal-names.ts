import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** A directory for journals, and the prefix of their names there. */
export interface Place {
  readonly directory: string
  readonly prefix: string
}

/** The process that writes a journal. */
export interface Owner {
  readonly host: string
  readonly pid: number
  /** The start of the process, in seconds: a reused number belongs to another process. */
  readonly startedS: number
  /** Distinguishes the stores of one process. */
  readonly store: string
}

const HASH_CHARS = 8
const MS_PER_SECOND = 1_000
const SEQUENCE_DIGITS = 6
const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARS)

/**
 * The places for a store's journals: beside its file, and, while nothing can be written there, the system's directory for
 * temporary files.
 */
export const placesOf = (file: string): readonly [Place, Place] => {
  const path = resolve(file)
  return [
    { directory: dirname(path), prefix: `${basename(path)}.new-` },
    { directory: tmpdir(), prefix: `edge1020-${hash(path)}.new-` },
  ]
}

/** The owner for this process. */
const self = () => ({
  host: hash(hostname()),
  pid: process.pid,
  startedS: Math.round(Date.now() / MS_PER_SECOND - process.uptime()),
})

export const newOwner = (): Owner => ({
  ...self(),
  store: Math.random().toString(36).slice(2),
})

export const journalName = (
  { prefix }: Place,
  { host, pid, startedS, store }: Owner,
  sequence: number
): string =>
  `${prefix}${host}-${pid}-${startedS}-${store}-${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`

const NAME = /\.new-([0-9a-f]{8})-(\d+)-(\d+)-([0-9a-z]+)-\d{6,}$/

export const ownerOf = (name: string): Owner | undefined => {
  const [, host, pid, startedS, store] = NAME.exec(name) ?? []
  return host === undefined || store === undefined
    ? undefined
    : { host, pid: Number(pid), startedS: Number(startedS), store }
}

/** A clock that was set meanwhile shifts the same start. */
const START_TOLERANCE_S = 5

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * - `here`: a store of this process
 * - `running`: another process of this machine, or a process of another machine, which cannot be checked
 * - `gone`
 */
export const lifeOf = ({ host, pid, startedS }: Owner): 'here' | 'running' | 'gone' => {
  const here = self()
  if (host !== here.host) return 'running'
  if (pid !== here.pid) return isRunning(pid) ? 'running' : 'gone'
  return Math.abs(startedS - here.startedS) <= START_TOLERANCE_S ? 'here' : 'gone'
}

/** Paths of the journals in a place, in the order of creation. */
export const journalsIn = ({ directory, prefix }: Place): string[] => {
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch {
    // A missing or unreadable directory has no journals.
    return []
  }
  return names
    .filter((name) => name.startsWith(prefix) && NAME.test(name))
    .sort()
    .map((name) => join(directory, name))
}
