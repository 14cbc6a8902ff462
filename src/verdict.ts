import type { Action } from './actions.ts'
import type { Answer } from './answers/answer.ts'
import { toResponse } from './answers/response.ts'
import type { Facts } from './context.ts'
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
 * - an action: that of the last rule that matched; where it answers, `answer` is the refusal
 * - `reject`: a test override (`x-edge-…`) could not be read; the answer says which and why. Never caused by rules.
 * - `clearance`: the answer to a challenge came (`/cdn-cgi/challenge-platform/…`). Never caused by rules.
 * - `no_zone`: the rules declare zones, and the host is none's: 1023. Never caused by rules.
 * - `drop`: a test cuts the connection (`dropNext`); there is no answer. Never caused by rules.
 * - `preview`: the path asked for one of the catalogue's errors (`/cdn-cgi/error/1020`). Never caused by rules.
 */
export type VerdictAction =
  | 'pass'
  | Action
  | 'reject'
  | 'preview'
  | 'clearance'
  | 'no_zone'
  | 'drop'

/** The facts of a request, and what waits for its response. */
interface JudgedFacts extends Facts {
  readonly responseWatch?: ResponseWatch | undefined
}

/** What `edge.judge` decided about one request. */
export class Verdict {
  readonly #facts: JudgedFacts

  constructor(
    readonly action: VerdictAction,
    facts: JudgedFacts,
    /** The site whose rules judged the request. */
    readonly zone: Zone,
    /** Every rule that matched, in the order of evaluation: the last one decided. */
    readonly matches: readonly Match[],
    /** The answer to send in the origin's place; absent where the request passes. */
    readonly answer?: Answer,
    /** The deciding rule's event, committed where the request is refused; absent where the store keeps none. */
    readonly event?: SecurityEvent
  ) {
    this.#facts = facts
  }

  /** The request as the rules saw it. */
  get request(): RequestReader {
    return this.#facts.request
  }

  get visitor(): Visitor {
    return this.#facts.visitor
  }

  get rayId(): RayId {
    return this.#facts.rayId
  }

  /** The rule that decided; absent where none matched. */
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

  /** True where `answer` goes out in the origin's place. */
  get isRefused(): boolean {
    return this.answer !== undefined
  }

  /**
   * What wants to know the response's status and headers, as soon as they are there: rate limits that count by responses. Absent
   * where the request is refused, and where no rule waits. The mounts and `serve` tell it.
   */
  get responseWatch(): ResponseWatch | undefined {
    return this.answer === undefined ? this.#facts.responseWatch : undefined
  }

  /** `answer` as a Fetch Response, a new one each time; `undefined` where the request passes. */
  get response(): Response | undefined {
    return this.answer === undefined ? undefined : toResponse(this.answer)
  }
}
