import type { Rays } from '../ray.ts'
import { createRays, DEFAULT_COLO, EPOCH_MS, TICK_MS } from '../ray.ts'

const TICK_DIGITS = 9
const TICKS = 2 ** (TICK_DIGITS * 4)
/** Digits behind those of the time. */
const SEQUENCE_DIGITS = 7
const SEQUENCES = 2 ** (SEQUENCE_DIGITS * 4)
/** Odd, so that neighbours look unrelated and none comes twice; Knuth's multiplier. */
const SCATTER = 2_654_435_761

/** Ray IDs that come again in the next run. */
export interface SeededRays extends Rays {
  /** Begins again with the first one. */
  restart(): void
}

/**
 * Ray IDs from a seed and a clock: the same in each run of a test. Their form is that of `createRays`.
 *
 * @throws EdgeError `invalid_colo`
 * @example seededRays({ seed: 1, now: () => Date.UTC(2026, 0, 1) }).next().ray
 */
export const seededRays = ({
  seed,
  now,
  colo = DEFAULT_COLO,
}: {
  seed: number
  now: () => number
  colo?: string
}): SeededRays => {
  // It checks the data centre.
  createRays({ colo })
  let count = 0
  return {
    colo,
    next: () => {
      const timeMs = now()
      const tick = Math.floor((timeMs - EPOCH_MS) / TICK_MS) % TICKS
      const sequence = Number((BigInt(seed + count++) * BigInt(SCATTER)) % BigInt(SEQUENCES))
      const ray =
        tick.toString(16).padStart(TICK_DIGITS, '0') +
        sequence.toString(16).padStart(SEQUENCE_DIGITS, '0')
      return { ray, header: `${ray}-${colo}`, timeMs }
    },
    restart: () => {
      count = 0
    },
  }
}
