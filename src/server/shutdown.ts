/** Shells use 128 plus the number of the signal. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const
const HANG_MS = 30_000
const EXIT_FAILED = 1

/** The used part of `process`. */
export interface ShutdownProcess {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  exit(code: number): unknown
}

export interface ShutdownOptions {
  process?: ShutdownProcess
  /** After this time the process ends, even if `close` has not finished. Default 30 s. */
  hangMs?: number
  /** Gets the reason when the process ends with 1. */
  onError?: (error: unknown) => void
  /** Called at SIGHUP, which would otherwise end the process. Default: a line on stderr. */
  onHangup?: () => void
}

/**
 * Ends the process in order. The first SIGINT or SIGTERM calls `close`; the exit code is then 0, or 1 if `close` fails or
 * hangs. A second signal ends the process at once with 130 or 143. SIGHUP does not end it: owners of nginx send SIGHUP to
 * reload.
 *
 * @returns a function that removes the signal handlers
 * @example onShutdown(async () => { await listener.close(); await edge.close() })
 */
export const onShutdown = (
  close: () => Promise<void>,
  {
    process: own = process,
    hangMs = HANG_MS,
    onError = (error) => console.error(`edge1020: closing failed: ${error}`),
    onHangup = () => console.error('edge1020: SIGHUP ignored: this process cannot reload rules'),
  }: ShutdownOptions = {}
): (() => void) => {
  let isClosing = false
  const fail = (error: unknown) => {
    onError(error)
    own.exit(EXIT_FAILED)
  }
  const onSignal = async (signal: NodeJS.Signals) => {
    if (isClosing) {
      own.exit(SIGNALS[signal as keyof typeof SIGNALS])
      return
    }
    isClosing = true
    const hang = setTimeout(() => fail(new Error(`still not closed after ${hangMs} ms`)), hangMs)
    hang.unref()
    try {
      await close()
      own.exit(0)
    } catch (error) {
      fail(error)
    } finally {
      clearTimeout(hang)
    }
  }
  for (const signal of Object.keys(SIGNALS)) own.on(signal as NodeJS.Signals, onSignal)
  own.on('SIGHUP', onHangup)
  return () => {
    for (const signal of Object.keys(SIGNALS)) own.off(signal as NodeJS.Signals, onSignal)
    own.off('SIGHUP', onHangup)
  }
}
