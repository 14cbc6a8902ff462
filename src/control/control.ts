import type { RequestContext } from '../context.ts'
import { EdgeError } from '../error.ts'
import type { SecurityEvent } from '../events/event.ts'
import type { Counters } from '../limits/counters.ts'
import type { Match } from '../phases/phase.ts'
import type { RequestReader } from '../request/request.ts'
import { documentsOf } from '../rules/objects.ts'
import type { Ruleset } from '../rules/rule.ts'
import type { Forced, TestHooks } from '../test-hooks.ts'
import type { Verdict } from '../verdict.ts'
import type { SettableClock } from './clock.ts'
import { createClock } from './clock.ts'
import { productOf } from './codes.ts'
import type { EmptiableCounters } from './counters.ts'
import { emptiable } from './counters.ts'
import { wrong } from './given.ts'
import type { SeededRays } from './rays.ts'
import type { OpenRequest, SeenRequest } from './requests.ts'
import { seen } from './requests.ts'
import type {
  BlockOptions,
  ChallengeOptions,
  LimitOptions,
  NextOptions,
  OriginOptions,
  ScriptStep,
  Step,
} from './steps.ts'
import { readScript, readStep } from './steps.ts'
import type { WantedEvent } from './wanted.ts'
import { isWanted, wantedText, whatCame } from './wanted.ts'

/** What a test can make an edge do, and what it can ask of it. */
export interface EdgeControls {
  /** The next request gets an error page: 1020, or the code that you name. */
  blockNext(options?: BlockOptions): void
  /** The next request gets 1015 with `Retry-After`. */
  limitNext(options?: LimitOptions): void
  /** The next request gets a challenge. */
  challengeNext(options?: ChallengeOptions): void
  /** The connection of the next request is reset; there is no answer. */
  dropNext(options?: NextOptions): void
  /** The next request goes to the origin, whatever the rules say. */
  passNext(options?: NextOptions): void
  /** The origin fails from now on, with 521 or the code that you name. Rules judge before it. */
  originDown(code?: number, options?: Omit<OriginOptions, 'code'>): void
  /** The origin answers again. */
  originUp(): void
  /** The next requests get these answers, one after the other. Then the rules decide again. */
  script(steps: readonly ScriptStep[]): void
  /** Puts these rules before the edge's own, until `reset()`. */
  use(rules: object | readonly object[]): void
  /** Every request since the start or `reset()`, in order. */
  requests(): readonly SeenRequest[]
  /** Every event since then, in order. */
  events(): readonly SecurityEvent[]
  /** The last of them. */
  lastEvent(): SecurityEvent | undefined
  /**
   * The first event that fits: of those that are there, else the next one.
   *
   * @param options.timeoutMs default 2,000
   * @throws EdgeError `no_event` with what came instead
   */
  waitForEvent(wanted?: WantedEvent, options?: { timeoutMs?: number }): Promise<SecurityEvent>
}

/** The rules of an edge, and how others get in force. */
export interface RuleSlot {
  /** The edge's own rules behind these documents. */
  load(front: readonly unknown[]): Ruleset
  replace(ruleset: Ruleset): void
}

/** The controls of one edge, with the side that the edge and its server use. */
export interface TestControl extends EdgeControls {
  readonly clock: SettableClock
  readonly hooks: TestHooks
  /** The documents before the edge's own. */
  readonly front: readonly unknown[]
  /** As the edge was at its start. */
  reset(): void
  /** Counters that `reset` empties. */
  countersOf(make: () => Counters): Counters
  attach(rules: RuleSlot): void
  /** Notes a request. To be called before anything changes it. */
  saw(verdict: Verdict): OpenRequest
  /** The code of the error that the origin of this request has; asked once. */
  originFault(verdict: Verdict): number | undefined
  /** Nobody waits any longer. */
  end(): void
}

export interface ControlOptions {
  clock?: SettableClock
  rays?: SeededRays
  /** So many requests and events are kept. */
  capacity?: number
}

const DEFAULT_CAPACITY = 1_000
const DEFAULT_TIMEOUT_MS = 2_000
const MAX_TIMEOUT_MS = 600_000

const PASSED: Forced = { matches: [] }
const DROPPED: Forced = { matches: [], isDropped: true }

const forcedBy = ({ answer, code, rule, retryAfter, note }: Step): Forced | undefined => {
  switch (answer) {
    case 'rules':
      return undefined
    case 'drop':
      return DROPPED
    case 'pass':
    case 'origin-down':
      return PASSED
    default: {
      const match: Match = {
        phase: productOf(code),
        rule,
        action: rule.action,
        code,
        page: rule.page,
        note,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      }
      return { matches: [match] }
    }
  }
}

/** Keeps the newest. */
const keep = <Item>(list: Item[], items: readonly Item[], capacity: number) => {
  list.push(...items)
  if (list.length > capacity) list.splice(0, list.length - capacity)
}

interface Waiter {
  readonly fits: (event: SecurityEvent) => boolean
  readonly resolve: (event: SecurityEvent) => void
  readonly reject: (message: string) => void
}

/**
 * What a test has forced on one edge, and what the edge has done since. Nothing is shared with another edge.
 *
 * @example
 * const control = createControl()
 * const edge = createEdge({ ruleset, store, tests: control.hooks })
 * control.blockNext({ code: 1006 })
 */
export const createControl = ({
  clock = createClock(),
  rays,
  capacity = DEFAULT_CAPACITY,
}: ControlOptions = {}): TestControl => {
  /** Each call is a line of its own; of a line the first step is the one whose turn it is. */
  const lines: Step[][] = []
  let down: Step | undefined
  let front: readonly unknown[] = []
  let slot: RuleSlot | undefined
  let counters: EmptiableCounters | undefined
  const requests: OpenRequest[] = []
  const events: SecurityEvent[] = []
  const waiters = new Set<Waiter>()
  const faults = new WeakMap<RequestReader, Step>()

  const takeStep = (context: RequestContext): Step | undefined => {
    for (const [i, line] of lines.entries()) {
      const step = line[0]!
      if (!step.applies(context)) continue
      step.left--
      if (step.left === 0) line.shift()
      if (line.length === 0) lines.splice(i, 1)
      return step
    }
    return undefined
  }

  const force = (context: RequestContext): Forced | undefined => {
    const step = takeStep(context)
    if (step?.answer === 'origin-down') faults.set(context.request, step)
    else if (down?.applies(context) === true) faults.set(context.request, down)
    return step && forcedBy(step)
  }

  const recorded = (committed: readonly SecurityEvent[]) => {
    keep(events, committed, capacity)
    for (const waiter of waiters) {
      const event = committed.find(waiter.fits)
      if (event !== undefined) waiter.resolve(event)
    }
  }

  const next = (call: string, answer: Step['answer'], options: unknown) => {
    lines.push([readStep(call, answer, options)])
  }

  const enforce = (documents: readonly unknown[]) => {
    if (slot === undefined) {
      throw new EdgeError('invalid_test', 'use: this edge has no rules that others can go before')
    }
    slot.replace(slot.load(documents))
    front = documents
  }

  return {
    clock,
    hooks: { now: clock.now, ...(rays === undefined ? {} : { rays }), force, recorded },
    get front() {
      return front
    },
    blockNext: (options) => next('blockNext', 'block', options),
    limitNext: (options) => next('limitNext', 'limit', options),
    challengeNext: (options) => next('challengeNext', 'challenge', options),
    dropNext: (options) => next('dropNext', 'drop', options),
    passNext: (options) => next('passNext', 'pass', options),
    originDown: (code, options = {}) => {
      const times = options.times ?? 'always'
      down = readStep('originDown', 'origin-down', { ...options, code, times })
    },
    originUp: () => {
      down = undefined
    },
    script: (steps) => void lines.push(readScript(steps)),
    use: (rules) => {
      if (typeof rules !== 'object' || rules === null) {
        throw wrong('use', rules, 'a list of rules, or documents such as { rules: [ … ] }')
      }
      enforce([...documentsOf(rules), ...front])
    },
    requests: () => requests.map((one) => ({ ...one })),
    events: () => [...events],
    lastEvent: () => events.at(-1),
    waitForEvent: async (wanted = {}, { timeoutMs = DEFAULT_TIMEOUT_MS } = {}) => {
      const fits = isWanted('waitForEvent', wanted)
      if (!(timeoutMs >= 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
        throw wrong(
          'waitForEvent: timeoutMs',
          timeoutMs,
          `milliseconds from 0 to ${MAX_TIMEOUT_MS}`
        )
      }
      const there = events.find(fits)
      if (there !== undefined) return there
      return new Promise((resolve, reject) => {
        const over = () => {
          clearTimeout(timer)
          waiters.delete(waiter)
        }
        const waiter: Waiter = {
          fits,
          resolve: (event) => {
            over()
            resolve(event)
          },
          reject: (why) => {
            over()
            const message = `waitForEvent: no event of ${wantedText(wanted)} ${why}: ${whatCame(events)}`
            reject(new EdgeError('no_event', message))
          },
        }
        const timer = setTimeout(() => waiter.reject(`within ${timeoutMs} ms`), timeoutMs)
        waiters.add(waiter)
      })
    },
    reset: () => {
      if (front.length > 0) enforce([])
      lines.length = 0
      down = undefined
      requests.length = 0
      events.length = 0
      clock.reset()
      rays?.restart()
      counters?.empty()
    },
    countersOf: (make) => {
      counters = emptiable(make)
      return counters
    },
    attach: (rules) => {
      slot = rules
    },
    saw: (verdict) => {
      const request = seen(verdict)
      keep(requests, [request], capacity)
      return request
    },
    originFault: ({ request }) => {
      const step = faults.get(request)
      if (step === undefined) return undefined
      if (step === down && --step.left === 0) down = undefined
      return step.code
    },
    end: () => {
      for (const waiter of waiters) waiter.reject('before the edge was closed')
    },
  }
}
