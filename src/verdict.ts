import type { Action } from './actions.ts'
import { actions, isAction } from './actions.ts'
import type { Answer } from './answers/answer.ts'
import { toResponse } from './answers/response.ts'
import type { RequestContext } from './context.ts'
import type { SecurityEvent } from './events/event.ts'
import type { Match } from './phases/phase.ts'
import type { RayId } from './ray.ts'
import type { RequestReader } from './request/request.ts'
import type { ResponseWatch } from './request/watch-response.ts'
import type { Rule } from './rules/rule.ts'
import type { Visitor } from './visitor/visitor.ts'
import type { Zone } from './zones/zone.ts'

/**
 * - `pass`: no rule matched
 * - an action: the action of the last matched rule; if it answers, `answer` is the refusal
 *
 * Rules never cause these:
 *
 * - `reject`: a test override (`x-edge-…`) is invalid; the answer names it and the reason
 * - `clearance`: the request is the answer to a challenge (`/cdn-cgi/challenge-platform/…`)
 * - `no_zone`: the rules declare zones, and none has the host: 1023
 * - `drop`: a test cuts the connection (`dropNext`); there is no answer
 * - `preview`: the path shows an error of the catalogue (`/cdn-cgi/error/1020`)
 */
export type VerdictAction =
  | 'pass'
  | Action
  | 'reject'
  | 'preview'
  | 'clearance'
  | 'no_zone'
  | 'drop'

/** The code of a verdict that no rule causes: "Could not find host" */
export const NO_ZONE = 1023

/** True if the origin does not get a request with this verdict. */
export const refuses = (action: VerdictAction): boolean =>
  action !== 'pass' && (!isAction(action) || actions[action].answers)

/** The decision of `edge.judge` about one request. */
export class Verdict {
  readonly #context: RequestContext

  constructor(
    readonly action: VerdictAction,
    context: RequestContext,
    /** The site whose rules judged the request. */
    readonly zone: Zone,
    /** Every matched rule, in the order of evaluation. The last one decides. */
    readonly matches: readonly Match[],
    /** The answer to send instead of the origin's; absent if the request passes. */
    readonly answer?: Answer,
    /** The event of the deciding rule, committed if the request is refused; absent if the store keeps no events. */
    readonly event?: SecurityEvent
  ) {
    this.#context = context
  }

  /** The same decision with its answer and the event of the rule. */
  answered(answer: Answer | undefined, event?: SecurityEvent): Verdict {
    return new Verdict(this.action, this.#context, this.zone, this.matches, answer, event)
  }

  /** The values that the rules read. */
  get context(): RequestContext {
    return this.#context
  }

  /** The request as the rules see it. */
  get request(): RequestReader {
    return this.#context.request
  }

  get visitor(): Visitor {
    return this.#context.visitor
  }

  get rayId(): RayId {
    return this.#context.rayId
  }

  /** The deciding rule; absent if no rule matched. */
  get rule(): Rule | undefined {
    return this.matches.at(-1)?.rule
  }

  /** 16 lower-case hex digits. */
  get ray(): string {
    return this.rayId.ray
  }

  /** The Ray ID with its data centre: the value of the `CF-RAY` header of every response. */
  get rayHeader(): string {
    return this.rayId.header
  }

  /** True if `answer` replaces the origin's response. */
  get isRefused(): boolean {
    return this.answer !== undefined
  }

  /**
   * Takes the response's status and headers as soon as they arrive, for rate limits that count by responses. Absent if the request
   * is refused or if no rule waits for them. The mounts and `serve` call it.
   */
  get responseWatch(): ResponseWatch | undefined {
    return this.answer === undefined ? this.#context.responseWatch : undefined
  }

  /** `answer` as a Fetch `Response`, a new one at each call; `undefined` if the request passes. */
  get response(): Response | undefined {
    return this.answer === undefined ? undefined : toResponse(this.answer)
  }
}
