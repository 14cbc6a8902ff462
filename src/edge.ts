import { checkContact } from './answers/contact.ts'
import { readOverrides } from './context.ts'
import { Counters } from './counters.ts'
import { ActiveRules } from './edge/active-rules.ts'
import { createAnswering } from './edge/answering.ts'
import { createEdgeChallenges } from './edge/challenges.ts'
import type { Edge } from './edge/interface.ts'
import { MatchLoader } from './edge/match-loader.ts'
import { challengeModule, testModule } from './edge/modules.ts'
import { createRecording } from './edge/recording.ts'
import type { EdgeOptions } from './edge-options.ts'
import { createJudge, NO_OVERRIDES } from './judge.ts'
import { limiting } from './phases/limiting.ts'
import type { PhaseServices } from './phases/phase.ts'
import { createRays } from './ray.ts'
import { refusalFacts } from './refusal.ts'
import { bodies } from './request/bodies.ts'
import { bodyLimits } from './request/body-limits.ts'
import { readRequest } from './request/request.ts'
import type { Ruleset } from './rules/rule.ts'
import type { TestHooks } from './test-hooks.ts'
import { createVisitors } from './visitor/identify.ts'
import { openSources, providedBy } from './visitor/provides.ts'
import type { Connection } from './visitor/visitor.ts'
import { sourcesOf, warningsOf } from './warnings.ts'
import type { Sites } from './zones/sites.ts'
import { createSites } from './zones/sites.ts'

export type { EdgeStats } from './counters.ts'
export type { Edge } from './edge/interface.ts'
export { isEdge } from './edge/interface.ts'
export type { EdgeOptions } from './edge-options.ts'

const NO_CONNECTION: Connection = {}

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
  const challenges = createEdgeChallenges(options, colo, now && Date.now)
  const limits = bodyLimits(options.body)
  const judge = createJudge({
    readBody: ({ request }) => bodies.now.readBody(request, limits),
    clearedOf: challenges.clearedOf,
    force: tests?.force,
  })
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
  const recording = createRecording(store, stats, onError, tests)
  const onMatch = new MatchLoader(options, colo)
  const answering = createAnswering({ onMatch, challenges, recording, stats, colo })

  const openSites = (ruleset: Ruleset): Sites => {
    const sites = createSites(ruleset, services)
    for (const zone of sites.zones) {
      if (zone.phases.some(({ readsBody }) => readsBody)) bodies.ask()
      if (zone.hasChallenges) challengeModule.ask()
    }
    openSources(sources, sourcesOf(sites.zones.flatMap(({ fields }) => fields)))
    return sites
  }
  const active = new ActiveRules(options.ruleset, openSites, () => onMatch.loaded?.answers.ready)

  const decideNow: Edge['decide'] = (incoming, connection = NO_CONNECTION) => {
    const startMs = stats.start()
    const rayId = rays.next()
    const request = readRequest(incoming, connection.encrypted === true, rayId.timeMs)
    const visitor = visitors.identify((name) => request.joined(name), connection)
    const given = overrides ? testModule.now.testOverrides(visitor, readOverrides) : NO_OVERRIDES
    const verdict = judge(active.sites, request, visitor, connection, rayId, given)
    if (verdict instanceof Promise) return verdict.then(answering.verdict)
    // The wait for a body is the visitor's time, so only synchronous judging is timed.
    stats.timed(startMs)
    return verdict.action === 'pass' ? verdict : answering.verdict(verdict)
  }
  const decide: Edge['decide'] = (incoming, connection) =>
    active.loading === undefined
      ? decideNow(incoming, connection)
      : // A reload in the meantime can need more modules.
        active.loading.then(() => decide(incoming, connection))

  return {
    judge: async (request, connection) => decide(request, connection),
    decide,
    refuse: (code, facts, look) =>
      onMatch.with(({ answers }) => answers.refuse(refusalFacts(code, facts, colo, look))),
    failOrigin: async (code, { context }, cause) => answering.originError(code, context, cause),
    replaceRules: (ruleset) => {
      active.replace(ruleset)
      stats.reloaded()
    },
    get ruleset() {
      return active.sites.ruleset
    },
    get ready() {
      return active.ready()
    },
    get warnings() {
      return warningsOf(active.sites.ruleset, provided)
    },
    options,
    store,
    stats,
    colo,
    close: async () => {
      await recording.settled()
      onClose()
      await counters?.close()
      await store.close()
    },
  }
}
