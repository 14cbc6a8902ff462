import type { EdgeOptions } from './edge-options.ts'
import type { EventStore, SecurityEvent } from './events/event.ts'
import { memoryStore } from './events/memory.ts'
import { noStore } from './events/none.ts'
import { memoryCounters } from './limits/memory.ts'
import type { PhaseServices } from './phases/phase.ts'
import type { RawRequest } from './request/request.ts'
import { rulesFromObjects } from './rules/objects.ts'
import type { Ruleset } from './rules/rule.ts'
import { wholeEdge } from './whole.ts'

wholeEdge()

/** A rule document's entry; a rule without an action blocks. */
export interface GivenRule {
  name: string
  expression: string
  action?: 'block' | 'log' | 'skip' | 'challenge'
  enabled?: boolean
  page?: unknown
  response?: unknown
}

export const rulesetOf = (...rules: readonly GivenRule[]): Ruleset =>
  rulesFromObjects([{ rules: rules.map((rule) => ({ action: 'block', ...rule })) }])

/** What phases share, for one site alone. */
export const phaseServices = (changes: Partial<PhaseServices> = {}): PhaseServices => ({
  counters: memoryCounters(),
  colo: 'LHR',
  zone: '',
  ...changes,
})

/** A request as Node has it; `headers` are names and values in turn. */
export const requestWith = (
  url = '/',
  headers: readonly string[] = [],
  changes: Partial<RawRequest> = {}
): RawRequest => ({
  method: 'GET',
  url,
  httpVersion: '1.1',
  rawHeaders: ['Host', 'shop.test', ...headers],
  ...changes,
})

export const optionsWith = (
  rules: readonly GivenRule[],
  options: Partial<EdgeOptions> = {}
): EdgeOptions => ({ ruleset: rulesetOf(...rules), store: memoryStore(), ...options })

/** A store that commits nothing before it is told to, and keeps what each call of `append` got. */
export const heldStore = () => {
  const appended: (readonly SecurityEvent[])[] = []
  const waiting: { resolve: () => void; reject: (error: unknown) => void }[] = []
  let isClosed = false
  const store: EventStore = {
    ...noStore(),
    name: 'held',
    discards: false,
    append: (events) => {
      appended.push(events)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    close: async () => {
      isClosed = true
    },
  }
  return {
    store,
    appended,
    get isClosed() {
      return isClosed
    },
    commit: () => {
      for (const { resolve } of waiting.splice(0)) resolve()
    },
    fail: (error: unknown) => {
      for (const { reject } of waiting.splice(0)) reject(error)
    },
  }
}

/** Long enough for every promise that can settle by itself. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

/** Whether a promise has settled once all that can have. */
export const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false
  const settle = () => {
    settled = true
  }
  promise.then(settle, settle)
  await turn()
  return settled
}
