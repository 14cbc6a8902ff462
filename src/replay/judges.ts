import type { Desk, DeskOptions, LogSpec } from './desk.ts'
import type { ChunkPlace } from './scan.ts'
import type { TallyData } from './tally.ts'
import { Tally } from './tally.ts'
import { startThreads } from './threads.ts'

/** Up to this size, one thread judges a log before other threads would have started. */
const ALONE_BYTES = 8 << 20

/** Judges chunks, in this thread or in several others. */
export interface Judges {
  /** The number of threads that judge. */
  readonly threads: number
  /** Prepares a log. Await it before the log's first chunk. */
  open(spec: LogSpec): Promise<void>
  /** Judges a chunk. Await the promise, if there is one, before the next chunk. `onDone` gets the number of the chunk's lines. */
  scan(
    place: ChunkPlace,
    bytes: Uint8Array<ArrayBuffer>,
    onDone: (lines: number) => void
  ): Promise<void> | undefined
  /** Resolves with the tally of all chunks. */
  finish(): Promise<TallyData>
  close(): Promise<void> | void
}

/** Judges in this thread alone. */
const alone = (desk: Desk): Judges => ({
  threads: 1,
  open: (spec) => desk.open(spec),
  scan: (place, bytes, onDone) => {
    onDone(desk.scan(place, bytes))
    return undefined
  },
  finish: async () => desk.tally.toData(),
  close: () => {},
})

/** Judges the first `aloneBytes` in this thread, and the rest in several others. */
const growing = (desk: Desk, options: DeskOptions, threads: number, aloneBytes: number): Judges => {
  const here = alone(desk)
  let others: Judges | undefined
  let seen = 0
  let last: LogSpec | undefined

  const start = async (): Promise<Judges> => {
    others = startThreads(threads, options, desk)
    if (last !== undefined) await others.open(last)
    return others
  }

  return {
    get threads() {
      return others === undefined ? 1 : threads
    },
    open: async (spec) => {
      last = spec
      await (others ?? here).open(spec)
    },
    scan: (place, bytes, onDone) => {
      if (others !== undefined) return others.scan(place, bytes, onDone)
      seen += bytes.length
      if (seen <= aloneBytes) return here.scan(place, bytes, onDone)
      return start().then((started) => started.scan(place, bytes, onDone))
    },
    finish: async () => {
      const own = await here.finish()
      if (others === undefined) return own
      const all = new Tally(desk.ruleset, desk.against)
      all.merge(own)
      all.merge(await others.finish())
      return all.toData()
    },
    close: () => others?.close(),
  }
}

/**
 * Returns the judges of a replay.
 *
 * @param threads the most threads that judge at once
 * @param isEager true if small logs use all threads, too
 */
export const openJudges = (
  desk: Desk,
  options: DeskOptions,
  { threads, isEager }: { threads: number; isEager: boolean }
): Judges =>
  threads === 1 ? alone(desk) : growing(desk, options, threads, isEager ? 0 : ALONE_BYTES)
