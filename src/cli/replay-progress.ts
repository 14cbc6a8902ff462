import type { Progress } from '../replay/replay.ts'
import type { Io } from './command.ts'
import { number } from './counted.ts'

const REDRAW_MS = 100
const MS_PER_SECOND = 1_000
const ERASE_LINE = '\r\x1b[2K'

const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds))
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60]
  return minutes === 0 ? `${rest} s` : `${minutes} min ${rest} s`
}

/** Returns the progress line: share, lines, lines per second, and time left. */
export const progressText = (
  { readBytes, allBytes, lines }: Progress,
  elapsedMs: number
): string => {
  const rate = elapsedMs > 0 ? (lines / elapsedMs) * MS_PER_SECOND : 0
  const parts = [`${number(lines)} lines`, `${number(Math.round(rate))} a second`]
  if (allBytes === undefined || allBytes === 0 || readBytes === 0) return parts.join(', ')
  const share = Math.min(1, readBytes / allBytes)
  const left = (elapsedMs / MS_PER_SECOND) * (1 / share - 1)
  return [`${Math.floor(share * 100)}%`, ...parts, `${duration(left)} left`].join(', ')
}

/** Shows the progress on a redrawn line of standard error. Without a terminal, it prints nothing. */
export const progressLine = (
  { err, errIsTerminal = false }: Io,
  now: () => number = () => performance.now()
): { show: (progress: Progress) => void; clear: () => void } => {
  const begunMs = now()
  let drawnMs = begunMs
  let isShown = false
  return {
    show: (progress) => {
      if (!errIsTerminal || now() - drawnMs < REDRAW_MS) return
      drawnMs = now()
      isShown = true
      err(`${ERASE_LINE}${progressText(progress, drawnMs - begunMs)}`)
    },
    clear: () => {
      if (isShown) err(ERASE_LINE)
    },
  }
}
