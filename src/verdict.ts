import type { Answer } from './answers/answer.ts'
import type { SecurityEvent } from './events/event.ts'
import type { RayId } from './ray.ts'
import type { Rule, RuleAction } from './rules/rule.ts'
import type { Visitor } from './visitor/visitor.ts'

/**
 * - `pass`: no rule matched, or only rules that let it pass quietly
 * - `log`, `skip`: a rule matched and the request passes
 * - `block`: refused, `response` is the answer
 * - `reject`: a test override (`x-edge-…`) could not be read; `response` says which and why. Never caused by rules.
 * - `preview`: the path asked for one of the catalogue's errors (`/cdn-cgi/error/1020`). Never caused by rules.
 */
export type VerdictAction = 'pass' | RuleAction | 'reject' | 'preview'

/** What `edge.judge` decided about one request. */
export class Verdict {
  constructor(
    readonly action: VerdictAction,
    readonly rayId: RayId,
    readonly visitor: Visitor,
    /** The answer to send instead of the origin's; absent where the request passes. */
    readonly answer?: Answer,
    /** The rule that decided; absent where none matched. */
    readonly rule?: Rule,
    /** Its event, already committed where the action is `block`; absent where the store keeps none. */
    readonly event?: SecurityEvent
  ) {}

  /** 16 lower-case hex digits. */
  get ray(): string {
    return this.rayId.ray
  }

  /** The Ray ID with its data centre: the value of the `CF-RAY` header of every response. */
  get rayHeader(): string {
    return this.rayId.header
  }

  /** `answer` as a Fetch Response, a new one each time; `undefined` where the request passes. */
  get response(): Response | undefined {
    if (this.answer === undefined) return undefined
    const { status, headers, body } = this.answer
    return new Response(body === '' ? null : (body as BodyInit), {
      status,
      headers,
    })
  }
}
