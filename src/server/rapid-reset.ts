import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'

/** Requests that a visitor may cancel early, all at once: see docs/decisions/http2-resets.md. */
export const MAX_EARLY_RESETS = 200
/** The time in which the whole budget returns. */
const WINDOW_MS = 30_000

/**
 * Counts the requests that a visitor cancels before their answers. The budget returns with time, plus one unit for each
 * request whose answer the visitor waits for: a busy visitor cancels more than an idle one.
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

  /** Call it for a request that was answered completely. */
  earn(): void {
    this.#left = Math.min(MAX_EARLY_RESETS, this.#left + 1)
  }

  /** Call it for a request that was cancelled early. Returns false if that exceeds the budget. */
  spend(): boolean {
    const now = this.#now()
    const back = ((now - this.#at) / WINDOW_MS) * MAX_EARLY_RESETS
    this.#at = now
    this.#left = Math.min(MAX_EARLY_RESETS, this.#left + back) - 1
    return this.#left >= 0
  }
}

/** Node's stream handler; Node's types lack the last argument. */
type TakeStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: string[]
) => void

/**
 * Passes the requests of a connection on, and bounds the cost of a visitor that opens requests and cancels them at once
 * ("rapid reset", CVE-2023-44487): cancelled streams do not count towards the limit of concurrent ones.
 *
 * After an early cancellation, the other requests of the same piece are handled only when the whole piece is read. Most of
 * a flood is cancelled by then, and neither a rule nor the origin has seen it.
 *
 * @param take handles a request
 * @param onFlood called once, when the visitor has cancelled too many requests
 */
export const limitResets = (
  session: ServerHttp2Session,
  take: TakeStream,
  onFlood: () => void
): void => {
  const budget = new ResetBudget()
  let isFlooded = false
  /** Changes with each turn of the event loop, and so with each piece of data. */
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
    // An answer written in the turn of its request leaves at the end of the turn, so the visitor has not seen it yet.
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
      // Node keeps a stream that was reset with NO_ERROR until its whole answer is taken.
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
