import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'

/** Requests that a visitor may take back early, all at once: see docs/decisions/http2-resets.md. */
export const MAX_EARLY_RESETS = 200
/** How long the whole budget takes to come back. */
const WINDOW_MS = 30_000

/**
 * Counts how many requests a visitor takes back before their answers. What was spent comes back with time, and one piece
 * with each request whose answer the visitor waits for: a busy visitor cancels more than an idle one.
 */
export class ResetBudget {
  readonly #now: () => number
  #left = MAX_EARLY_RESETS
  #at: number

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#at = now()
  }

  /** A request was answered to its end. */
  earn(): void {
    this.#left = Math.min(MAX_EARLY_RESETS, this.#left + 1)
  }

  /** A request was taken back early. False where that is one too many. */
  spend(): boolean {
    const now = this.#now()
    const back = ((now - this.#at) / WINDOW_MS) * MAX_EARLY_RESETS
    this.#at = now
    this.#left = Math.min(MAX_EARLY_RESETS, this.#left + back) - 1
    return this.#left >= 0
  }
}

/** As Node hands a stream over; its types do not know the last argument. */
type TakeStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: string[]
) => void

/**
 * Hands the requests of a connection on, and bounds what a visitor costs who opens requests and takes them back at once
 * ("rapid reset", CVE-2023-44487): such streams do not count towards the limit of concurrent ones.
 *
 * Once a request was taken back early, those that are read in the same piece are handled after all of it is read: most of a
 * flood is gone by then, and neither a rule nor the origin has seen it.
 *
 * @param take handles a request
 * @param onFlood called once, where the visitor has taken back too many
 */
export const limitResets = (
  session: ServerHttp2Session,
  take: TakeStream,
  onFlood: () => void
): void => {
  const budget = new ResetBudget()
  let isFlooded = false
  /** Changes with each turn of the event loop, and so with each piece that is read. */
  let turn = 0
  let isTurnEnding = false
  let turnOfReset = -1

  const endTurn = () => {
    turn++
    isTurnEnding = false
  }

  const countReset = (
    { headersSent, rstCode, writableFinished }: ServerHttp2Stream,
    opened: number
  ) => {
    if (headersSent && writableFinished && rstCode === constants.NGHTTP2_NO_ERROR) {
      budget.earn()
      return
    }
    // An answer that is written in the turn of its request leaves at the end of the turn: the visitor has not seen it before.
    if (headersSent && opened !== turn) return
    turnOfReset = turn
    if (isFlooded || budget.spend()) return
    isFlooded = true
    onFlood()
  }

  const onStream: TakeStream = (stream, ...rest) => {
    if (!isTurnEnding) {
      isTurnEnding = true
      setImmediate(endTurn)
    }
    const opened = turn
    stream.once('close', () => countReset(stream, opened))
    stream.once('end', () => {
      // Node keeps a stream that was reset with NO_ERROR, for as long as some of its answer is not taken.
      if (stream.closed && !stream.writableFinished) stream.destroy()
    })
    if (turnOfReset !== turn) take(stream, ...rest)
    else {
      setImmediate(() => {
        if (!stream.closed) take(stream, ...rest)
      })
    }
  }
  session.on('stream', onStream)
}
