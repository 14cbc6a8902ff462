import type { Desk, DeskOptions, LogSpec } from './desk.ts'
import type { ChunkPlace } from './scan.ts'
import type { TallyData } from './tally.ts'
import { Tally } from './tally.ts'
import { startThreads } from './threads.ts'

/** Less than this is judged before a thread would have started. */
const ALONE_BYTES = 8 << 20

/** Judges chunks: this thread, or several others. */
export interface Judges {
  /** That have judged. */
  readonly threads: number
  open(spec: LogSpec): Promise<void>
  /** Resolves when another chunk may come; `onDone` gets the number of its lines. */
  scan(
    place: ChunkPlace,
    bytes: Uint8Array<ArrayBuffer>,
    onDone: (lines: number) => void
  ): Promise<void> | undefined
  /** Resolves with the tally of all that was judged. */
  finish(): Promise<TallyData>
  close(): Promise<void> | void
}

/** This thread alone. */
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

/** This thread until there is much to do, then several others. */
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
 * Opens what judges.
 *
 * @param threads how many may judge at once
 * @param isEager true where they are wanted for a small log too
 */
export const openJudges = (
  desk: Desk,
  options: DeskOptions,
  { threads, isEager }: { threads: number; isEager: boolean }
): Judges =>
  threads === 1 ? alone(desk) : growing(desk, options, threads, isEager ? 0 : ALONE_BYTES)
