import { EdgeError } from './error.ts'

/**
 * Ray IDs: 16 lower-case hex digits. Digits 1–9 count ticks of 10 ms since 2012-10-12T00:00:00Z. The other seven look random; the
 * last two stay the same for an instance. Measured on real Ray IDs of 2018–2026. They contain no data on the visitor.
 */
export interface RayId {
  /** 16 hex digits, as on pages, in JSON and in events. */
  readonly ray: string
  /** With the data centre, as the `CF-RAY` header has it. */
  readonly header: string
  /** The start of the request in milliseconds since the epoch. */
  readonly timeMs: number
}

export const EPOCH_MS = Date.UTC(2012, 9, 12)
export const TICK_MS = 10
const TICK_DIGITS = 9
/** The count starts over in July 2034. */
const TICKS = 2 ** (TICK_DIGITS * 4)
const SEQUENCE_BITS = 20
const SEQUENCES = 2 ** SEQUENCE_BITS
const SEQUENCE_DIGITS = SEQUENCE_BITS / 4
const PLACES = 256
const PLACE_DIGITS = 2
const RAY_DIGITS = TICK_DIGITS + SEQUENCE_DIGITS + PLACE_DIGITS
/** Odd, so a multiplication by it permutes the sequence numbers. Neighbours then look unrelated. */
const SCATTER = 0x9e375
/** The same for the instances. */
const PLACE_SCATTER = 0xa7
const PLACE_OFFSET = 0x2d
const COLO = /^[A-Z]{3}$/

/**
 * Reads as "local". The airport with this code is a landing strip in South Australia without a data centre of Cloudflare. This shows
 * that Cloudflare cannot look up our Ray IDs.
 */
export const DEFAULT_COLO = 'LOC'

const hexTable = (digits: number): readonly string[] =>
  Array.from({ length: 16 ** digits }, (_, i) => i.toString(16).padStart(digits, '0'))
const HEX = hexTable(SEQUENCE_DIGITS - 2)

/** Shared by all edges of a process, so two edges never create the same ID. The first tick starts as used up. */
const state = { tick: -1, tickText: '', count: SEQUENCES, offset: 0 }
/** A call of the system's random generator costs more than the rest of a Ray ID, so one call serves many ticks. */
const randomWords = new Uint32Array(256)
let wordsUsed = randomWords.length

const randomWord = (): number => {
  if (wordsUsed === randomWords.length) {
    crypto.getRandomValues(randomWords)
    wordsUsed = 0
  }
  return randomWords[wordsUsed++]!
}

const moveTo = (clockTick: number) => {
  // The tick never goes back, even if the clock does. A used-up tick borrows the next one.
  const least = state.count < SEQUENCES ? state.tick : state.tick + 1
  const tick = clockTick > least ? clockTick : least
  if (tick === state.tick) return
  state.tick = tick
  state.tickText = (tick % TICKS).toString(16).padStart(TICK_DIGITS, '0')
  state.count = 0
  state.offset = randomWord() % SEQUENCES
}

/** Depends only on the instance, so two instances never collide, even with the same data centre. */
const placeOf = (instance: number): string =>
  ((instance * PLACE_SCATTER + PLACE_OFFSET) % PLACES).toString(16).padStart(PLACE_DIGITS, '0')

class Ray implements RayId {
  constructor(
    readonly header: string,
    readonly timeMs: number
  ) {}

  get ray(): string {
    return this.header.slice(0, RAY_DIGITS)
  }
}

/** Makes Ray IDs for one data centre and instance. */
export interface Rays {
  readonly colo: string
  next(): RayId
}

/**
 * Creates a generator of Ray IDs. They are unique within a process, because a tick holds 2^20 of them and the next tick then starts
 * early. They are unique across processes with different `instance`s.
 *
 * @param options.colo three upper-case letters, the code of a data centre
 * @param options.instance 0–255; different for each process or thread that shares a store
 * @param options.now for tests: milliseconds since the epoch
 * @throws EdgeError `invalid_colo`, `invalid_instance`
 * @example createRays({ colo: 'LHR' }).next().header // 'a5c41f0e2b7d482d-LHR'
 */
export const createRays = ({
  colo = DEFAULT_COLO,
  instance = 0,
  now = Date.now,
}: {
  colo?: string
  instance?: number
  now?: () => number
} = {}): Rays => {
  if (!COLO.test(colo)) {
    throw new EdgeError('invalid_colo', `colo "${colo}": expected three letters A–Z, e.g. LHR`)
  }
  if (!Number.isInteger(instance) || instance < 0 || instance >= PLACES) {
    throw new EdgeError(
      'invalid_instance',
      `instance ${instance}: expected a whole number from 0 to ${PLACES - 1}`
    )
  }
  const suffix = `${placeOf(instance)}-${colo}`
  const ends = hexTable(2).map((digits) => digits + suffix)
  return {
    colo,
    next: () => {
      const timeMs = now()
      moveTo(Math.floor((timeMs - EPOCH_MS) / TICK_MS))
      // Both factors are 20 bits wide: the product is exact.
      const scattered = ((state.count++ + state.offset) * SCATTER) % SEQUENCES
      return new Ray(state.tickText + HEX[scattered >>> 8]! + ends[scattered & 0xff]!, timeMs)
    },
  }
}

const RAY = /^([0-9a-f]{16})(?:-([a-z]{3}))?$/i

/** The creation time of a Ray ID in milliseconds since the epoch, to 10 ms. */
export const rayTime = (ray: string): number =>
  Number.parseInt(ray.slice(0, TICK_DIGITS), 16) * TICK_MS + EPOCH_MS

/**
 * Parses a Ray ID in any case, with or without `-COLO` and surrounding white space.
 *
 * @returns `undefined` if the text is not a Ray ID
 */
export const parseRay = (
  text: string
): { ray: string; colo: string | undefined; timeMs: number } | undefined => {
  const match = RAY.exec(text.trim())
  if (match === null) return undefined
  const ray = match[1]!.toLowerCase()
  return { ray, colo: match[2]?.toUpperCase(), timeMs: rayTime(ray) }
}
