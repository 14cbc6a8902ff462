import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { makeDirectory } from '../../directory.ts'
import type { Version } from './download-source.ts'

/** A running download: a folder beside the file. Taking it over is one `rename`, which only one process can win. */
export interface Part {
  /** The file for the received bytes. */
  readonly path: string
  /** The bytes of an earlier attempt; `undefined` if there is nothing useful. */
  readonly begun: { readonly version: Version; readonly bytes: number } | undefined
  /** Notes the version of the bytes; `undefined` ensures that they are never continued. */
  note(version: Version | undefined): Promise<void>
  /** Leaves it to the next download. */
  release(): Promise<void>
  remove(): Promise<void>
}

const BODY = 'body'
const NOTE = 'note.json'
const OWNER = /^-(.+)-(\d+)-(\d+)$/
/** A part of another machine on a shared disk is free if it was not written to for this long. */
const FOREIGN_QUIET_MS = 24 * 60 * 60 * 1000

const host = hostname().replace(/[^\w.]/g, '_')
/** Folders that this process uses. */
const ours = new Set<string>()
let counter = 0

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process lives, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const isAbandoned = async (folder: string, suffix: string): Promise<boolean> => {
  if (suffix === '') return true
  const [, owner, pid] = OWNER.exec(suffix) ?? []
  if (owner === undefined) return false
  if (owner === host) {
    return Number(pid) === process.pid ? !ours.has(folder) : !isAlive(Number(pid))
  }
  try {
    return Date.now() - (await stat(join(folder, BODY))).mtimeMs > FOREIGN_QUIET_MS
  } catch {
    return false
  }
}

const abandonedParts = async (released: string): Promise<string[]> => {
  const folder = dirname(released)
  const prefix = basename(released)
  const found: string[] = []
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue
    const path = join(folder, name)
    if (await isAbandoned(path, name.slice(prefix.length))) found.push(path)
  }
  return found
}

const isVersion = (value: unknown): value is Version & { key: string } =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((member) => typeof member === 'string')

const readBegun = async (folder: string, key: string): Promise<Part['begun']> => {
  try {
    const note: unknown = JSON.parse(await readFile(join(folder, NOTE), 'utf8'))
    const { size } = await stat(join(folder, BODY))
    if (!isVersion(note) || note.key !== key || size === 0) return undefined
    return { version: { etag: note.etag, lastModified: note.lastModified }, bytes: size }
  } catch {
    // Nothing useful: the download begins at the first byte.
    return undefined
  }
}

/** Takes over one part that a download with this key left, and removes the others. */
const takeOver = async (released: string, mine: string, key: string): Promise<Part['begun']> => {
  let begun: Part['begun']
  for (const path of await abandonedParts(released)) {
    if (begun !== undefined) {
      await rm(path, { recursive: true, force: true })
      continue
    }
    try {
      await rename(path, mine)
    } catch {
      // Another process was faster.
      continue
    }
    begun = await readBegun(mine, key)
    if (begun === undefined) await rm(mine, { recursive: true, force: true })
  }
  return begun
}

/** Claims a part for a download into `file`: one that a download with the same key left, if there is one. */
export const claimPart = async (file: string, key: string): Promise<Part> => {
  const released = `${file}.part`
  const mine = `${released}-${host}-${process.pid}-${++counter}`
  makeDirectory(dirname(file))
  ours.add(mine)
  const path = join(mine, BODY)
  const note = join(mine, NOTE)
  const remove = async () => {
    await rm(mine, { recursive: true, force: true })
    ours.delete(mine)
  }
  try {
    const begun = await takeOver(released, mine, key)
    await mkdir(mine, { recursive: true })
    return {
      path,
      begun,
      note: (version) =>
        version === undefined
          ? rm(note, { force: true })
          : writeFile(note, JSON.stringify({ ...version, key })),
      release: async () => {
        try {
          await rename(mine, released)
          ours.delete(mine)
        } catch {
          // Another process has left a part too: one is enough.
          await remove()
        }
      },
      remove,
    }
  } catch (error) {
    ours.delete(mine)
    throw error
  }
}
