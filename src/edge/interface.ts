import type { Answer } from '../answers/answer.ts'
import type { EdgeStats } from '../counters.ts'
import type { EdgeOptions } from '../edge-options.ts'
import type { EventStore } from '../events/event.ts'
import type { refusalFacts } from '../refusal.ts'
import type { EdgeRequest } from '../request/request.ts'
import type { Ruleset } from '../rules/rule.ts'
import type { Verdict } from '../verdict.ts'
import type { Connection } from '../visitor/visitor.ts'

export interface Edge {
  /**
   * Judges one request. For a refused request the promise resolves after the commit of its events.
   *
   * A body that a rule reads stays in the request. If your code does not read it, drop the rest with `request.resume()`; otherwise
   * the connection waits. The mounts do this.
   *
   * @param request a Fetch `Request`, or Node's `IncomingMessage`
   * @param connection the transport's data on the peer, such as Node's `request.socket`
   */
  judge(request: EdgeRequest, connection?: Connection): Promise<Verdict>
  /** The same for mounts on the hot path: returns a promise only if there is something to wait for. */
  decide(request: EdgeRequest, connection?: Connection): Verdict | Promise<Verdict>
  /**
   * The edge's answer about an origin failure (521 …) to a request that passed. It is a promise only while the texts are not
   * loaded. The main entry loads them at the first request that matches a rule, `edge1020/node` at start.
   */
  refuse(
    code: number,
    verdict: Pick<Verdict, 'request' | 'visitor' | 'rayId'>,
    /** The page and contact of the matched rule, if there is one. */
    look?: Parameters<typeof refusalFacts>[3]
  ): Answer | Promise<Answer>
  /**
   * The same answer, after the commit of its event. Its Ray ID then leads to the code and the reason of the failure.
   *
   * @param verdict of the request that the origin should have answered
   * @param cause the client's error, for the event; `undefined` if there is none
   */
  failOrigin(code: number, verdict: Verdict, cause?: unknown): Promise<Answer>
  /**
   * Replaces the rules. Each request is judged by the rules that are active when it arrives.
   *
   * @throws EdgeError `geo_failed`, `asn_failed` if the new rules need data that cannot load; the old rules then stay active
   */
  replaceRules(ruleset: Ruleset): void
  /** The active rules. Empty until `ready` resolves. */
  readonly ruleset: Ruleset
  /**
   * Resolves when the parts of the edge that the rules need are loaded. Requests wait for it. On `edge1020/node` all parts are loaded
   * at start. It rejects with the `invalid_rules` of rules that `edge1020` could check only then; each request fails with the same error.
   */
  readonly ready: Promise<void>
  /** The options at creation. The rules can be others by now. */
  readonly options: Readonly<EdgeOptions>
  readonly store: EventStore
  readonly stats: Readonly<EdgeStats>
  /** The data centre in its Ray IDs. */
  readonly colo: string
  /** One sentence for each part of the active rules that has no real data here. */
  readonly warnings: readonly string[]
  /** Commits pending events and releases the store. */
  close(): Promise<void>
}

export const isEdge = (value: unknown): value is Edge =>
  typeof value === 'object' && value !== null && 'decide' in value && 'judge' in value
