import type { Edge } from '../edge.ts'
import { messageOf } from '../error.ts'
import type { SecurityEvent } from '../events/event.ts'
import { rayTime } from '../ray.ts'
import scenes from './demo-scenes.json' with { type: 'json' }

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const PAST_HOURS = 24
/** Requests in a quiet minute at midday. */
const PER_MINUTE = 3.2
/** The time between requests while the edge runs. */
const PAUSE_MS = 2_500
/** Requests judged at once before real visitors get their turn. */
const BATCH = 40
const TICK_MS = 10
const TICK_DIGITS = 9
const EPOCH_MS = rayTime('0'.repeat(16))

/** Each made-up event says so. */
export const MADE_UP = 'made up by --demo-traffic'

/** A generator of the same numbers each time, so that the demo looks the same for everybody. (mulberry32) */
const createRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

interface Ask {
  readonly who: string
  readonly method: string
  readonly path: string
}

const pick = <Item>(items: readonly Item[], random: () => number): Item =>
  items[Math.floor(random() * items.length)]!

const askOf = ({ who, asks }: { who: string[]; asks: string[] }, random: () => number): Ask => {
  const [method = 'GET', path = '/'] = pick(asks, random).split(' ')
  return { who: pick(who, random), method, path }
}

const weighted = scenes.casts.flatMap((cast) => Array<typeof cast>(cast.weight).fill(cast))

/** The requests of one minute in the past: fewer at night, and now and then an attacker. */
const minuteOf = (ms: number, nowMs: number, random: () => number): Ask[] => {
  const hour = new Date(ms).getUTCHours() + new Date(ms).getUTCMinutes() / 60
  const rate = PER_MINUTE * (0.55 + 0.45 * Math.sin(((hour - 8) / 24) * 2 * Math.PI))
  const number = Math.floor(rate) + (random() < rate % 1 ? 1 : 0)
  const usual = Array.from({ length: number }, () => askOf(pick(weighted, random), random))
  const planned = scenes.bursts.flatMap((burst) => {
    const startMs = nowMs - burst.hoursAgo * HOUR_MS
    const isOn = ms >= startMs && ms < startMs + burst.minutes * MINUTE_MS
    return isOn ? Array.from({ length: burst.perMinute }, () => askOf(burst, random)) : []
  })
  return [...usual, ...planned]
}

/** The same Ray ID at another time. */
const rayAt = (ray: string, ms: number): string =>
  Math.floor((ms - EPOCH_MS) / TICK_MS)
    .toString(16)
    .padStart(TICK_DIGITS, '0') + ray.slice(TICK_DIGITS)

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

export interface DemoTraffic {
  readonly stats: { readonly judged: number; readonly blocked: number }
  stop(): Promise<void>
}

export interface DemoTrafficOptions {
  /** The edge of the real visitors: its rules judge, and its store gets the events. */
  readonly edge: Edge
  /**
   * Creates an edge for the made-up visitors only, so that their test headers have no effect for real ones. It takes
   * personas from `x-edge-as` and passes its events to `take`.
   */
  readonly stage: (take: (events: readonly SecurityEvent[]) => Promise<void>) => Edge
  readonly onError: (error: Error) => void
  readonly now?: () => number
}

/**
 * Visitors for the demo site, so that its owner sees some events: one day of them in the past, if the store has none, and
 * then one every few seconds. The requests come from the built-in personas, the active rules judge them, and each event
 * says that it is made up.
 *
 * @example startDemoTraffic({ edge, stage, onError }).stop()
 */
export const startDemoTraffic = ({
  edge,
  stage,
  onError,
  now = Date.now,
}: DemoTrafficOptions): DemoTraffic => {
  const random = createRandom(1_020)
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  /** The time of the request that is being judged; absent: now. */
  let pretendedMs: number | undefined

  const actor = stage((events) =>
    edge.store.append(
      events.map((event) => ({
        ...event,
        ...(pretendedMs === undefined
          ? {}
          : { ray: rayAt(event.ray, pretendedMs), time: new Date(pretendedMs).toISOString() }),
        notes: [MADE_UP, ...event.notes],
      }))
    )
  )

  const act = async ({ who, method, path }: Ask) => {
    if (actor.ruleset !== edge.ruleset) actor.replaceRules(edge.ruleset)
    const rawHeaders = ['Host', scenes.host, 'x-edge-as', who]
    const request = { method, url: path, rawHeaders, httpVersion: '1.1' }
    const { visitor } = await actor.judge(request, { remoteAddress: '127.0.0.1' })
    // A misspelt name would give every visitor the address of this machine.
    if (visitor.persona === undefined) throw new Error(`demo traffic: no persona "${who}"`)
  }

  /** Judges the past in batches, each event at its own time. */
  const past = async () => {
    const nowMs = now()
    const { events } = await edge.store.page({ from: nowMs - PAST_HOURS * HOUR_MS, limit: 1 })
    if (events.length > 0) return
    let inBatch = 0
    for (let ms = nowMs - PAST_HOURS * HOUR_MS; ms < nowMs - MINUTE_MS; ms += MINUTE_MS) {
      const asks = minuteOf(ms, nowMs, random)
      for (const ask of asks) {
        if (isStopped) return
        pretendedMs = ms + Math.floor(random() * MINUTE_MS)
        await act(ask)
        if (++inBatch % BATCH === 0) await turn()
      }
    }
  }

  const present = async () => {
    pretendedMs = undefined
    await act(askOf(pick(weighted, random), random))
  }

  const step = (run: () => Promise<void>): Promise<void> =>
    run()
      .catch((error: unknown) =>
        onError(error instanceof Error ? error : new Error(messageOf(error)))
      )
      .then(() => {
        if (isStopped) return
        timer = setTimeout(
          () => {
            running = step(present)
          },
          PAUSE_MS * (0.4 + random())
        )
        timer.unref()
      })
  let running = step(past)

  return {
    stats: actor.stats,
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await running
      await actor.close()
    },
  }
}
