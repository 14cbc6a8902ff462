import type { TestControl } from '../control/control.ts'
import type { EventStore } from '../events/event.ts'
import type { Audit } from './audit.ts'
import type { Gate } from './gate.ts'
import type { Route } from './route.ts'

/** The data of `/healthz` besides the store's name and the uptime. */
export interface Health {
  rules: { enabled: number; total: number }
  /** The message of the last failed reload, if the active rules are older than their files. */
  problem?: string
  /** Counts since the start, if there are any. */
  judged?: number
  blocked?: number
  /** Events that could not be committed. */
  storeFailures?: number
}

/** The active rules after a reload. */
export interface Reloaded {
  readonly rules: { enabled: number; total: number }
  readonly files: readonly string[]
  readonly warnings: readonly string[]
}

/** Metrics as text, the result of `metrics(edge)`. */
export interface MetricsText {
  readonly contentType: string
  text(): Promise<string>
}

/** Judges hypothetical requests. Takes and returns JSON. Rejects with EdgeError if the question is invalid. */
export type TryRequest = (question: unknown) => Promise<unknown>

/** The services for the routes of the admin port. */
export interface Side {
  readonly store: EventStore
  readonly health: () => Health
  /** Returns the names of the declared zones; none if the rules declare none. */
  readonly zones: () => readonly string[]
  readonly startMs: number
  readonly audit: Audit
  readonly gate: Gate
  /** Reads the rules again and activates them; absent if the rules come from objects. */
  readonly reload?: (() => Promise<Reloaded>) | undefined
  /** Judges hypothetical requests; absent if there are no rules. */
  readonly trials?: { readonly explain: TryRequest; readonly check: TryRequest } | undefined
  /** Metrics for Prometheus. */
  readonly metrics?: MetricsText | undefined
  /** The controls of test edges; absent on other edges. */
  readonly tests?: TestControl | undefined
  /** Gets faults of the edge that the answer does not show. */
  readonly onError: (error: unknown) => void
  /** Returns all routes, for the index and the API description. */
  readonly routes: () => readonly Route[]
}
