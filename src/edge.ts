import { actions } from './actions.ts'
import type { Answer } from './answers/answer.ts'
import { checkContact } from './answers/contact.ts'
import type { Cleared } from './challenges/clearance.ts'
import type { Challenging } from './challenges/open.ts'
import { checkChallenges } from './challenges/options.ts'
import { createCommitter } from './commit.ts'
import type { Facts } from './context.ts'
import { RequestContext, readOverrides } from './context.ts'
import type { EdgeStats } from './counters.ts'
import { Counters } from './counters.ts'
import type { EdgeOptions } from './edge-options.ts'
import type { EventStore, SecurityEvent } from './events/event.ts'
import { Later, whenLoaded } from './later.ts'
import type { OnMatch } from './on-match.ts'
import { limiting } from './phases/limiting.ts'
import type { Match, PhaseServices } from './phases/phase.ts'
import { NO_MATCHES, runPhases } from './phases/run.ts'
import { createRays } from './ray.ts'
import { answerOf, challengeFacts, refusalFacts } from './refusal.ts'
import { bodies } from './request/bodies.ts'
import { bodyLimits } from './request/body-limits.ts'
import type { EdgeRequest } from './request/request.ts'
import { readRequest } from './request/request.ts'
import { reservedPath } from './reserved/paths.ts'
import type { Ruleset } from './rules/rule.ts'
import { EMPTY_RULESET } from './rules/rule.ts'
import type { TestHooks } from './test-hooks.ts'
import type { TestOverrides } from './test-overrides.ts'
import { Verdict } from './verdict.ts'
import { createVisitors } from './visitor/identify.ts'
import { openSources, providedBy } from './visitor/provides.ts'
import type { Connection } from './visitor/visitor.ts'
import { sourcesOf, warningsOf } from './warnings.ts'
import type { Sites } from './zones/sites.ts'
import { createSites } from './zones/sites.ts'
import type { Zone } from './zones/zone.ts'

export type { EdgeStats } from './counters.ts'
export type { EdgeOptions } from './edge-options.ts'

/** For tests: passes each challenge. */
const ALL_CLEARED: Cleared = [0, Infinity, Infinity, Infinity]
const NO_CONNECTION: Connection = {}
/** "Could not find host" */
const NO_ZONE = 1023
const NO_OVERRIDES: TestOverrides = { fields: undefined, problems: [] }

/** The page of challenges and the check of clearances. */
export const challengeModule = new Later<
  Pick<typeof import('./challenges/open.ts'), 'openChallenges'>
>(() => import('./challenges/open.ts'))

/** Answers and events. */
export const matchModule = new Later<Pick<typeof import('./on-match.ts'), 'prepareMatches'>>(
  () => import('./on-match.ts')
)
/** The values that tests set with headers. */
export const testModule = new Later<
  Pick<typeof import('./test-overrides.ts'), 'badOverride' | 'testOverrides'>
>(() => import('./test-overrides.ts'))

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

/**
 * Creates an edge: one request in, one `Verdict` out. It runs an ordered list of phases without knowledge of their decisions,
 * and answers, records and counts.
 *
 * @throws EdgeError `invalid_trust`, `invalid_colo`, `invalid_body_limit`, `invalid_contact`; `geo_failed`, `asn_failed` if a rule needs data that cannot load
 * @example
 * const edge = createEdge({ ruleset, store: memoryStore() })
 * const { action, ray } = await edge.judge(new Request('https://shop.test/'), { remoteAddress: '192.0.2.1' })
 */
export const createEdge = (options: EdgeOptions & { tests?: TestHooks | undefined }): Edge => {
  const { store, geo, asn, reputation, bots, personas } = options
  const { trust = [], overrides = false, onError = () => {}, onClose = () => {}, tests } = options
  const sources = { geo, asn, reputation, bots }
  const provided = providedBy(sources, options.seesTls)
  const now = tests?.now
  const rays = tests?.rays ?? createRays({ colo: options.colo, instance: options.instance, now })
  const { colo } = rays
  const visitors = createVisitors({ ...sources, trust, overrides, personas })
  checkContact(options.answers?.contact)
  checkChallenges(options.challenges)
  let opened: Challenging | undefined
  /** Created once, because clearances survive a reload of the rules. */
  const challenging = (): Challenging => {
    opened ??= challengeModule.now.openChallenges(
      options.challenges ?? {},
      options.answers?.emulatedHeader,
      now && Date.now
    )
    return opened
  }
  const limits = bodyLimits(options.body)
  const bodyOf = ({ request }: RequestContext) => bodies.now.readBody(request, limits)
  if (overrides) testModule.ask()
  let { counters } = options
  const services: PhaseServices = {
    get counters() {
      counters ??= limiting.now.memoryCounters({ onError, now })
      return counters
    },
    colo,
    zone: '',
    now,
  }
  const stats = new Counters(() => counters?.stats)
  const committer = createCommitter(store, (error, events) => {
    stats.lost += events.length
    onError(error)
  })

  const openSites = (ruleset: Ruleset): Sites => {
    const sites = createSites(ruleset, services)
    for (const zone of sites.zones) {
      if (zone.phases.some(({ readsBody }) => readsBody)) bodies.ask()
      if (zone.hasChallenges) challengeModule.ask()
    }
    openSources(sources, sourcesOf(sites.zones.flatMap(({ fields }) => fields)))
    return sites
  }
  const { ruleset: first } = options
  let current = openSites(first instanceof Promise ? EMPTY_RULESET : first)
  let reading =
    first instanceof Promise
      ? first.then((ruleset) => {
          if (reading !== undefined) replaceRules(ruleset)
        })
      : undefined

  const prepare = ({ prepareMatches }: typeof matchModule.now) =>
    prepareMatches({ ...options, colo })
  let onMatch: OnMatch | undefined = matchModule.isLoaded ? prepare(matchModule.now) : undefined
  let preparing: Promise<OnMatch> | undefined
  const prepared = (): Promise<OnMatch> => {
    preparing ??= matchModule.load().then(async (module) => {
      const made = prepare(module)
      await made.answers.ready
      onMatch = made
      return made
    })
    return preparing
  }
  /** Answers at once where the texts are loaded. */
  const withMatches = <Result>(
    use: (made: OnMatch) => Result
  ): Result | Promise<Awaited<Result>> =>
    onMatch === undefined ? (prepared().then(use) as Promise<Awaited<Result>>) : use(onMatch)

  const clearedOf = (facts: Facts): Cleared => {
    const { request, visitor } = facts
    if (visitor.passesChallenges) return ALL_CLEARED
    const cookies = request.joined('cookie', '; ')
    return challenging().clearances.cleared(cookies, challengeFacts(facts, colo), request.timeMs)
  }

  /** `result` after the commit of the events. */
  const committed = <Result>(events: readonly SecurityEvent[], result: Result): Promise<Result> =>
    committer.commit(events).then(() => {
      tests?.recorded(events)
      return result
    })

  /** The same for an answer that no rule causes. */
  const noted = <Result>(event: SecurityEvent, result: Result): Result | Promise<Result> =>
    store.discards === true ? result : committed([event], result)

  const answerMatches = (
    { answers, record }: OnMatch,
    zone: Zone,
    context: RequestContext,
    matches: readonly Match[]
  ): Verdict | Promise<Verdict> => {
    stats.matched(matches)
    const last = matches.at(-1)!
    const { action } = last
    const answer = actions[action].answers
      ? answerOf(last, context, colo, answers, () => challenging().challenges)
      : undefined
    if (answer !== undefined) stats.blocked++
    if (store.discards === true) return new Verdict(action, context, zone, matches, answer)
    const events = record.matches(matches, context, answer)
    const verdict = new Verdict(action, context, zone, matches, answer, events.at(-1))
    if (events.length === 0) return verdict
    if (answer === undefined) {
      committer.commitLater(events)
      tests?.recorded(events)
      return verdict
    }
    return committed(events, verdict)
  }

  const conclude = (
    zone: Zone,
    context: RequestContext,
    matches: readonly Match[]
  ): Verdict | Promise<Verdict> => {
    if (matches.length === 0) return new Verdict('pass', context, zone, matches)
    return withMatches((made) => answerMatches(made, zone, context, matches))
  }

  const decideNow: Edge['decide'] = (incoming, connection = NO_CONNECTION) => {
    const startMs = stats.start()
    const rayId = rays.next()
    const request = readRequest(incoming, connection.encrypted === true, rayId.timeMs)
    const visitor = visitors.identify((name) => request.joined(name), connection)
    request.forwardedBy(visitor)
    // Read once, so a replacement of the rules cannot take effect in the middle of a request.
    const zone = current.find(request)
    const { fields, problems } = overrides
      ? testModule.now.testOverrides(visitor, readOverrides)
      : NO_OVERRIDES
    const context = new RequestContext(
      zone.layout,
      request,
      visitor,
      connection,
      rayId,
      fields,
      zone.facts
    )
    // Before all answers, because the question of a challenge is signed for the User-Agent of its answer.
    if (visitor.persona !== undefined) request.pretend(visitor.persona.headers)
    const reserved = reservedPath(request)
    if (reserved !== undefined) {
      const { action, handler } = reserved
      const answerWith = (made: OnMatch) => {
        const { answers } = made
        const facts = { ...challengeFacts(context, colo), ...refusalFacts(0, context, colo) }
        const answering = {
          answers,
          get challenges() {
            return challenging().challenges
          },
        }
        const answer = handler.now.answer(answering, facts, request.path, request.search)
        const verdict = new Verdict(action, context, zone, NO_MATCHES, answer)
        const outcome = 'outcome' in answer ? answer.outcome : undefined
        return outcome === undefined
          ? verdict
          : noted(made.record.challenge(outcome, context, answer), verdict)
      }
      const modules = action === 'clearance' ? [handler, challengeModule] : [handler]
      return onMatch === undefined || modules.some(({ isLoaded }) => !isLoaded)
        ? Promise.all([prepared(), ...modules.map((one) => one.load())]).then(([made]) =>
            answerWith(made)
          )
        : answerWith(onMatch)
    }
    if (problems.length > 0) {
      const answer = testModule.now.badOverride(problems, rayId, request.method)
      return new Verdict('reject', context, zone, NO_MATCHES, answer)
    }
    const forced = tests?.force(context)
    if (forced !== undefined) {
      return forced.isDropped === true
        ? new Verdict('drop', context, zone, NO_MATCHES)
        : conclude(zone, context, forced.matches)
    }
    if (zone.isNowhere) {
      const answerWith = (made: OnMatch) => {
        const answer = made.answers.refuse(refusalFacts(NO_ZONE, context, colo))
        const verdict = new Verdict('no_zone', context, zone, NO_MATCHES, answer)
        return noted(made.record.noZone(NO_ZONE, context, answer), verdict)
      }
      return withMatches(answerWith)
    }
    if (zone.hasChallenges) context.clearedBy(clearedOf)
    const matches = runPhases(zone.phases, context, bodyOf)
    if (matches instanceof Promise) return matches.then((found) => conclude(zone, context, found))
    // The wait for a body is the visitor's time, so only synchronous judging is timed.
    stats.timed(startMs)
    return conclude(zone, context, matches)
  }

  let loading: Promise<void> | undefined
  /** Requests wait for the modules that the options and the rules need. */
  const awaitModules = () => {
    const asked = [reading, whenLoaded(), onMatch?.answers.ready].filter((one) => one !== undefined)
    loading = undefined
    if (asked.length === 0) return
    const waiting = Promise.all(asked).then(() => {
      if (loading === waiting) loading = undefined
    })
    loading = waiting
    // Each request reports the failure. Without a request there is no place to report it.
    waiting.catch(() => {})
  }
  awaitModules()
  const replaceRules = (ruleset: Ruleset) => {
    current = openSites(ruleset)
    reading = undefined
    awaitModules()
  }
  const ready = async (): Promise<void> => {
    // The first rules can need more modules.
    while (loading !== undefined) await loading
  }
  const decide: Edge['decide'] = (incoming, connection) =>
    loading === undefined
      ? decideNow(incoming, connection)
      : // A reload in the meantime can need more modules.
        loading.then(() => decide(incoming, connection))

  return {
    judge: async (request, connection) => decide(request, connection),
    decide,
    refuse: (code, facts, look) =>
      withMatches(({ answers }) => answers.refuse(refusalFacts(code, facts, colo, look))),
    failOrigin: async (code, { context }, cause) =>
      withMatches(({ answers, record }) => {
        const answer = answers.refuse(refusalFacts(code, context, colo))
        return noted(record.originError(code, context, answer, cause), answer)
      }),
    replaceRules: (ruleset) => {
      replaceRules(ruleset)
      stats.reloaded()
    },
    get ruleset() {
      return current.ruleset
    },
    get ready() {
      return ready()
    },
    get warnings() {
      return warningsOf(current.ruleset, provided)
    },
    options,
    store,
    stats,
    colo,
    close: async () => {
      await committer.settled()
      onClose()
      await counters?.close()
      await store.close()
    },
  }
}
