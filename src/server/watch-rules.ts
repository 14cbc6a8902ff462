import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const INTERVAL_MS = 1_000
const ABSENT = '-'

/** A file renamed over another, and what a symbolic link leads to now, is a new inode. */
const stateOf = ({ ino, size, mtimeMs, ctimeMs }: Stats): string =>
  `${ino} ${size} ${mtimeMs} ${ctimeMs}`

const fileState = async (path: string): Promise<string> => {
  try {
    const stats = await stat(path)
    return stats.isDirectory() ? await folderState(path) : stateOf(stats)
  } catch {
    return ABSENT
  }
}

/** The state of the files in the folder, without subfolders. */
const folderState = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
  const states = names.map(async (name) => {
    try {
      return `${name} ${stateOf(await stat(join(folder, name)))}`
    } catch {
      return `${name} ${ABSENT}`
    }
  })
  return (await Promise.all(states)).join('\n')
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

/** The files, and the folders that they lie in where those were named or are below one. */
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
 * @returns stops the watch
 */
export const watchRules = (
  roots: readonly string[],
  files: () => readonly string[],
  onChange: () => void,
  { intervalMs = INTERVAL_MS }: { intervalMs?: number } = {}
): (() => void) => {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let told: string | undefined
  let last = ''

  const stateNow = async (): Promise<string> => {
    const paths = await watchedPaths(roots, files())
    const states = await Promise.all(paths.map(fileState))
    return paths.map((path, i) => `${path} ${states[i]}`).join('\n')
  }

  const look = async () => {
    const state = await stateNow()
    if (isStopped) return
    const isSettled = state === last
    last = state
    told ??= state
    timer = setTimeout(look, intervalMs).unref()
    if (!isSettled || state === told) return
    told = state
    onChange()
  }
  // The first look gives the state to compare with.
  void look()

  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
