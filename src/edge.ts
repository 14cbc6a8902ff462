import { actions } from './actions.ts'
import type { Answer } from './answers/answer.ts'
import { createAnswers } from './answers/create.ts'
import { createCommitter } from './commit.ts'
import { RequestContext } from './context.ts'
import type { EdgeStats } from './counters.ts'
import { Counters } from './counters.ts'
import type { EdgeOptions } from './edge-options.ts'
import type { EventStore } from './events/event.ts'
import type { Match } from './phases/phase.ts'
import { NO_MATCHES, runPhases } from './phases/run.ts'
import { createRays } from './ray.ts'
import { createRecorder } from './record.ts'
import { refusalFacts } from './refusal.ts'
import { bodyLimits, readBody } from './request/read-body.ts'
import type { EdgeRequest } from './request/request.ts'
import { readRequest } from './request/request.ts'
import { reservedPath } from './reserved/paths.ts'
import type { Ruleset } from './rules/rule.ts'
import { badOverride, NO_OVERRIDES, testOverrides } from './test-overrides.ts'
import { Verdict } from './verdict.ts'
import { createVisitors } from './visitor/identify.ts'
import { openSources, providedBy } from './visitor/provides.ts'
import type { Connection } from './visitor/visitor.ts'
import { sourcesOf, warningsOf } from './warnings.ts'
import type { Zone } from './zones/zone.ts'
import { createZone } from './zones/zone.ts'

export type { EdgeStats } from './counters.ts'
export type { EdgeOptions } from './edge-options.ts'

const NO_CONNECTION: Connection = {}

export interface Edge {
  /**
   * Judges one request. A refused one resolves after its events are committed.
   *
   * Where a rule reads the body, the body stays in the request. The rest of it that nobody reads has to be dropped with
   * `request.resume()`, or the connection waits; the mounts do so.
   *
   * @param request a Fetch `Request`, or Node's `IncomingMessage`
   * @param connection what the transport knows of the peer; Node's `request.socket` fits
   */
  judge(request: EdgeRequest, connection?: Connection): Promise<Verdict>
  /** The same, without a promise where nothing has to be waited for: for mounts on the hot path. */
  decide(request: EdgeRequest, connection?: Connection): Verdict | Promise<Verdict>
  /** The edge's answer about its origin (521 …) to a request that passed. */
  refuse(code: number, verdict: Verdict): Answer
  /**
   * Puts other rules in force: each request is judged by the rules that are in force when it arrives.
   *
   * @throws EdgeError `geo_failed`, `asn_failed` where the new rules need data that cannot load; then the old rules stay
   */
  replaceRules(ruleset: Ruleset): void
  /** The rules in force. */
  readonly ruleset: Ruleset
  readonly store: EventStore
  readonly stats: Readonly<EdgeStats>
  /** The data centre in its Ray IDs. */
  readonly colo: string
  /** What of the rules in force cannot be judged here from real data, one sentence each. */
  readonly warnings: readonly string[]
  /** Commits pending events and releases the store. */
  close(): Promise<void>
}

export const isEdge = (value: unknown): value is Edge =>
  typeof value === 'object' && value !== null && 'decide' in value && 'judge' in value

/**
 * The spine: one request in, one `Verdict` out. It knows an ordered list of phases and nothing of what each decides; it
 * answers, records and counts.
 *
 * @throws EdgeError `invalid_trust`, `invalid_colo`, `invalid_body_limit`; `geo_failed`, `asn_failed` where a rule needs data that cannot load
 * @example
 * const edge = createEdge({ ruleset, store: memoryStore() })
 * const { action, ray } = await edge.judge(new Request('https://shop.test/'), { remoteAddress: '192.0.2.1' })
 */
export const createEdge = (options: EdgeOptions): Edge => {
  const { store, geo, asn, reputation, bots, personas } = options
  const { trust = [], overrides = false, onError = () => {}, onClose = () => {} } = options
  const sources = { geo, asn, reputation, bots }
  const provided = providedBy(sources, options.seesTls)
  const rays = createRays({ colo: options.colo, instance: options.instance })
  const { colo } = rays
  const visitors = createVisitors({ ...sources, trust, overrides, personas })
  const answers = createAnswers(options.answers)
  const record = createRecorder({ redactQuery: options.redactQuery ?? false, colo })
  const limits = bodyLimits(options.body)
  const bodyOf = ({ request }: RequestContext) => readBody(request, limits)
  const stats = new Counters()
  const committer = createCommitter(store, (error, events) => {
    stats.lost += events.length
    onError(error)
  })

  const openZone = (ruleset: Ruleset): Zone => {
    const zone = createZone(ruleset)
    openSources(sources, sourcesOf(zone.fields))
    return zone
  }
  let current = openZone(options.ruleset)

  const settle = (
    zone: Zone,
    context: RequestContext,
    matches: readonly Match[]
  ): Verdict | Promise<Verdict> => {
    if (matches.length === 0) return new Verdict('pass', context, zone, matches)
    stats.matched(matches)
    const { action, code, page, rule } = matches.at(-1)!
    const answer = actions[action].answers
      ? answers.refuse(refusalFacts(code, context, colo, { page, response: rule.response }))
      : undefined
    if (answer !== undefined) stats.blocked++
    if (store.discards === true) return new Verdict(action, context, zone, matches, answer)
    const events = record(matches, context, answer?.status ?? 0)
    const verdict = new Verdict(action, context, zone, matches, answer, events.at(-1))
    if (events.length === 0) return verdict
    if (answer !== undefined) return committer.commit(events).then(() => verdict)
    committer.commitLater(events)
    return verdict
  }

  const decideNow: Edge['decide'] = (incoming, connection = NO_CONNECTION) => {
    const startMs = stats.start()
    // Read once: rules that are replaced meanwhile do not judge half of a request.
    const zone = current
    const rayId = rays.next()
    const request = readRequest(incoming, connection.encrypted === true, rayId.timeMs)
    const visitor = visitors.identify((name) => request.joined(name), connection)
    request.forwardedBy(visitor)
    const { fields, problems } = overrides ? testOverrides(visitor) : NO_OVERRIDES
    const context = new RequestContext(zone.layout, request, visitor, connection, rayId, fields)
    const reserved = reservedPath(request)
    if (reserved !== undefined) {
      const facts = refusalFacts(0, context, colo)
      const answer = reserved.answer(answers, facts, request.path, request.search)
      return new Verdict(reserved.action, context, zone, NO_MATCHES, answer)
    }
    if (problems.length > 0) {
      const answer = badOverride(problems, rayId, request.method)
      return new Verdict('reject', context, zone, NO_MATCHES, answer)
    }
    if (visitor.persona !== undefined) request.pretend(visitor.persona.headers)
    const matches = runPhases(zone.phases, context, bodyOf)
    if (matches instanceof Promise) return matches.then((found) => settle(zone, context, found))
    // A body that is on its way takes its visitor's time: only what waits for nothing is timed.
    stats.timed(startMs)
    return settle(zone, context, matches)
  }

  let loading = answers.ready?.then(() => {
    loading = undefined
  })
  // Each request reports a failure; without requests there is nobody to report it to.
  loading?.catch(() => {})
  const decide: Edge['decide'] = (incoming, connection) =>
    loading === undefined
      ? decideNow(incoming, connection)
      : loading.then(() => decideNow(incoming, connection))

  return {
    judge: async (request, connection) => decide(request, connection),
    decide,
    refuse: (code, { request, visitor, rayId }) =>
      answers.refuse(refusalFacts(code, { request, visitor, rayId }, colo)),
    replaceRules: (ruleset) => {
      current = openZone(ruleset)
      stats.reloaded()
    },
    get ruleset() {
      return current.ruleset
    },
    get warnings() {
      return warningsOf(current.ruleset, provided)
    },
    store,
    stats,
    colo,
    close: async () => {
      await committer.settled()
      onClose()
      await store.close()
    },
  }
}
