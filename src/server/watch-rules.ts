import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const INTERVAL_MS = 1_000
const ABSENT = '-'
/** File systems take the time of a change from the kernel's last tick, so it can be this much older than `Date.now()`. */
const CLOCK_TICK_MS = 10

/** The state of a path at one look. */
interface Seen {
  readonly state: string
  /** Milliseconds since the epoch; -Infinity if there is no file, and for a pipe, because reading changes it. */
  readonly changedMs: number
}

const NOTHING: Seen = { state: ABSENT, changedMs: Number.NEGATIVE_INFINITY }

/** A file renamed over another and a new target of a symbolic link have a new inode. */
const seenOf = (stats: Stats): Seen => {
  const { ino, size, mtimeMs, ctimeMs } = stats
  const changedMs = stats.isFile() ? ctimeMs : NOTHING.changedMs
  return { state: `${ino} ${size} ${mtimeMs} ${ctimeMs}`, changedMs }
}

const lookAt = async (path: string): Promise<Seen> => {
  try {
    const stats = await stat(path)
    return stats.isDirectory() ? await lookInto(path) : seenOf(stats)
  } catch {
    return NOTHING
  }
}

/** Combines the states of several paths. */
const joined = (paths: readonly string[], seen: readonly Seen[]): Seen => ({
  state: paths.map((path, i) => `${path} ${seen[i]!.state}`).join('\n'),
  changedMs: Math.max(...seen.map(({ changedMs }) => changedMs)),
})

/** The files in the folder, without subfolders. */
const lookInto = async (folder: string): Promise<Seen> => {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
  const seen = names.map(async (name) => {
    try {
      return seenOf(await stat(join(folder, name)))
    } catch {
      return NOTHING
    }
  })
  return joined(names, await Promise.all(seen))
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

/** The files, and their folders if these were named or are below a named one. */
const watchedPaths = async (
  roots: readonly string[],
  files: readonly string[]
): Promise<string[]> => {
  const folders: string[] = []
  for (const root of roots) if (await isFolder(root)) folders.push(join(root, '.'))
  const below = files.map((file) => join(dirname(file), '.'))
  const inFolders = below.filter((path) =>
    folders.some((folder) => path === folder || path.startsWith(join(folder, '/')))
  )
  return [...new Set([...roots, ...files, ...inFolders])].sort()
}

/**
 * Calls `onChange` when a rule file changes: it is written, replaced by renaming, added to a folder or removed from it, or reached by
 * another symbolic link (Kubernetes swaps the links of a ConfigMap). The call comes after two equal looks in a row, which avoids most
 * half-written files. The watch polls, because `fs.watch` loses renamed files and gets no events on network shares. It does not keep
 * the process running.
 *
 * @param roots files and folders as the owner named them
 * @param files all files of the active rules, read at each look
 * @param options.loadedMs the time before the files were read, in milliseconds since the epoch: later changes count, also those before the first look
 * @returns stops the watch
 */
export const watchRules = (
  roots: readonly string[],
  files: () => readonly string[],
  onChange: () => void,
  { loadedMs, intervalMs = INTERVAL_MS }: { loadedMs: number; intervalMs?: number }
): (() => void) => {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  /** The state from which the rules were loaded; `undefined` if no look saw it. */
  let told: string | undefined
  let last: string | undefined

  const look = async () => {
    const loaded = files()
    const paths = await watchedPaths(roots, loaded)
    const seen = await Promise.all(paths.map(lookAt))
    if (isStopped) return
    const { state, changedMs } = joined(paths, seen)
    if (last === undefined) {
      const isGone = paths.some((path, i) => seen[i] === NOTHING && loaded.includes(path))
      if (!isGone && changedMs < loadedMs - CLOCK_TICK_MS) told = state
    }
    const isSettled = state === last
    last = state
    timer = setTimeout(look, intervalMs).unref()
    if (!isSettled || state === told) return
    told = state
    onChange()
  }
  void look()

  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
