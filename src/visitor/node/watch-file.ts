import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'

export interface WatchFileOptions {
  /** Pause between two checks of the file. Default 1000 ms. */
  intervalMs?: number
}

const INTERVAL_MS = 1_000
const ABSENT = ''

interface Stats {
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** A file renamed over another has a new inode; one that becomes readable by `chmod` has a new ctime. */
const stateOf = ({ ino, size, mtimeNs, ctimeNs }: Stats) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`

const stateNow = (path: string): string => {
  try {
    return stateOf(statSync(path, { bigint: true }))
  } catch {
    return ABSENT
  }
}

const nextState = async (path: string): Promise<string> => {
  try {
    return stateOf(await stat(path, { bigint: true }))
  } catch {
    return ABSENT
  }
}

/**
 * Calls `onChange` if the file differs from its state at the start of the watch: after a write, a rename over it, or its
 * return. The call comes when the file has looked the same twice in a row, which skips most half-written files; a missing
 * file causes no call. The watch polls (`fs.watch` loses a file that is renamed over, and gets no events on network shares)
 * and does not keep the process running. `onChange` must not throw.
 *
 * Start the watch before reading the file: it then notices a change between the two.
 *
 * @returns stops the watch
 * @example const stop = watchFile('feeds/drop.txt', reload)
 */
export const watchFile = (
  path: string,
  onChange: () => void,
  { intervalMs = INTERVAL_MS }: WatchFileOptions = {}
): (() => void) => {
  let told = stateNow(path)
  let last = told
  let isStopped = false
  let timer: NodeJS.Timeout

  const look = async () => {
    const state = await nextState(path)
    if (isStopped) return
    const isSettled = state === last
    last = state
    schedule()
    if (isSettled && state !== told && state !== ABSENT) {
      told = state
      onChange()
    }
  }
  // One check after the other: on a slow disk they must not pile up.
  const schedule = () => {
    timer = setTimeout(look, intervalMs).unref()
  }
  schedule()

  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
