import type { Answer, AnswerOptions } from './answers/answer.ts'
import { createAnswers } from './answers/create.ts'
import { createContexts } from './context.ts'
import { EdgeError } from './error.ts'
import { describeMatches } from './events/describe.ts'
import type { EventStore, SecurityEvent } from './events/event.ts'
import type { RayId } from './ray.ts'
import { createRays } from './ray.ts'
import type { EdgeRequest, RequestReader } from './request/request.ts'
import { readRequest } from './request/request.ts'
import type { Rule, Ruleset } from './rules/rule.ts'
import { Verdict } from './verdict.ts'
import { createVisitors } from './visitor/identify.ts'
import type { AsnSource, Connection, GeoSource, Visitor } from './visitor/visitor.ts'

/** What a custom rule's block answers with. */
const CUSTOM_RULE_BLOCK_CODE = 1020
const BAD_OVERRIDE_STATUS = 400

export interface EdgeOptions {
  ruleset: Ruleset
  /** Where events go; a refusal is sent only after its event is committed here. */
  store: EventStore
  /** Peers whose forwarded headers are believed: CIDRs, `loopback`, `private`. Default none. */
  trust?: readonly string[]
  /** Honours the `x-edge-…` test headers from loopback and trusted peers. Default false. */
  overrides?: boolean
  /** The data centre in Ray IDs: three letters. */
  colo?: string
  /** Tells apart several edges that share a store (0–255). */
  instance?: number
  geo?: GeoSource
  asn?: AsnSource
  answers?: AnswerOptions
  /** Replaces the values of query parameters in events: all of them, or those with these names. */
  redactQuery?: boolean | readonly string[]
  /** Told when an event could not be committed or a look-up failed; the visitor is answered all the same. */
  onError?: (error: EdgeError) => void
}

/** Counts since the edge was made. */
export interface EdgeStats {
  judged: number
  blocked: number
  /** Events that could not be committed. */
  lost: number
}

export interface Edge {
  /**
   * Judges one request. A blocked one resolves after its event is committed.
   *
   * @param request a Fetch `Request`, or Node's `IncomingMessage`
   * @param connection what the transport knows of the peer; Node's `request.socket` fits
   */
  judge(request: EdgeRequest, connection?: Connection): Promise<Verdict>
  /** The same, without a promise where nothing has to be waited for: for mounts on the hot path. */
  decide(request: EdgeRequest, connection?: Connection): Verdict | Promise<Verdict>
  readonly ruleset: Ruleset
  readonly store: EventStore
  readonly stats: Readonly<EdgeStats>
  /** What of the rules cannot be judged here from real data, one sentence each. */
  readonly warnings: readonly string[]
  /** A new Ray ID as the `CF-RAY` header has it, for an answer that no request was judged for. */
  nextRay(): string
  /** Commits pending events and releases the store. */
  close(): Promise<void>
}

/**
 * The spine: one request in, one `Verdict` out. Rules run in order; `log` notes a match and goes on, `skip` ends the
 * evaluation and lets the request pass, `block` refuses it.
 *
 * Providers (store, geo) are passed in, so that this runs on any runtime; `edge1020/node` brings Node's.
 *
 * @throws EdgeError `invalid_trust`, `invalid_colo`; `geo_failed` where a rule needs a country and the data cannot load
 * @example
 * const edge = createEdge({ ruleset, store: memoryStore() })
 * const { action, ray } = await edge.judge(new Request('https://shop.test/'), { remoteAddress: '192.0.2.1' })
 */
export const createEdge = (options: EdgeOptions): Edge => {
  const { ruleset, store, geo, asn, onError = () => {}, overrides = false } = options
  const rays = createRays({ colo: options.colo, instance: options.instance })
  const visitors = createVisitors({ trust: options.trust ?? [], overrides, geo, asn })
  const answers = createAnswers(options.answers)
  const contexts = createContexts()
  const record = createRecorder({ redactQuery: options.redactQuery ?? false, colo: rays.colo })
  const rules = ruleset.rules.filter((rule) => rule.enabled)
  const stats: EdgeStats = { judged: 0, blocked: 0, lost: 0 }
  const closing = new Set<Promise<unknown>>()

  if (geo !== undefined && ruleset.fields.some(isPlaceField)) geo.open()

  const lost = (cause: unknown) => {
    stats.lost++
    onError(
      cause instanceof EdgeError
        ? cause
        : new EdgeError('store_failed', `${store.name}: an event was not committed`, { cause })
    )
  }

  const settle = (
    matched: readonly Rule[],
    request: RequestReader,
    context: JudgedContext,
    visitor: Visitor,
    ray: RayId
  ): Verdict | Promise<Verdict> => {
    const rule = matched[matched.length - 1]!
    const answer =
      rule.action === 'block'
        ? answers.refuse(refusalFacts(CUSTOM_RULE_BLOCK_CODE, request, visitor, ray))
        : undefined
    const events = matched.map((one, i) =>
      record(one, matched.length - 1 - i, request, context, visitor, ray, answer?.status ?? 0)
    )
    const verdict = new Verdict(
      rule.action,
      ray.ray,
      ray.header,
      visitor,
      answer,
      rule,
      events[events.length - 1]
    )
    const commits = Promise.all(events.map((event) => store.append(event))).then(
      () => verdict,
      (cause) => {
        lost(cause)
        return verdict
      }
    )
    if (answer !== undefined) {
      stats.blocked++
      return commits
    }
    // The request passes without waiting; closing waits.
    closing.add(commits)
    void commits.finally(() => closing.delete(commits))
    return verdict
  }
