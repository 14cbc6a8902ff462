import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'

export interface WatchFileOptions {
  /** Pause between two looks at the file. Default 1000 ms. */
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

/** A file renamed over another is a new inode; one that may be read again after a `chmod` has a new ctime. */
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
 * Calls `onChange` when the file is another than when the watch began: written to, renamed over, or back after it was gone. It
 * is called once the file has looked the same twice in a row, so that half-written ones are mostly passed over; not for a file
 * that is gone. It looks at the clock's pace (`fs.watch` loses a file that is renamed over, and has no events on network
 * shares), and keeps no process running. `onChange` must not throw.
 *
 * Begin to watch before reading the file: a change between the two is then seen.
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
  // One look after the other: on a slow disk they must not pile up.
  const schedule = () => {
    timer = setTimeout(look, intervalMs).unref()
  }
  schedule()

  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
