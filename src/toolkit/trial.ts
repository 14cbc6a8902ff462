import type { Answer, AnswerOptions } from '../answers/answer.ts'
import { createAnswers } from '../answers/create.ts'
import { ALL_CLEARED, NONE_CLEARED } from '../challenges/level.ts'
import type { Challenging } from '../challenges/open.ts'
import { openChallenges } from '../challenges/open.ts'
import type { RequestContext } from '../context.ts'
import { readOverrides } from '../context.ts'
import { createJudge } from '../judge.ts'
import type { Counters } from '../limits/counters.ts'
import { NO_COUNTERS, NOTHING } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory.ts'
import type { Match, Ruling } from '../phases/phase.ts'
import { createRays } from '../ray.ts'
import type { AnswerServices } from '../refusal.ts'
import { answerVerdict } from '../refusal.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { testOverrides } from '../test-overrides.ts'
import type { Verdict, VerdictAction } from '../verdict.ts'
import { refuses } from '../verdict.ts'
import { createVisitors } from '../visitor/identify.ts'
import type { Personas } from '../visitor/persona.ts'
import type { Sources } from '../visitor/provides.ts'
import { openSources, providedBy } from '../visitor/provides.ts'
import type { HeaderReader } from '../visitor/visitor.ts'
import { sourcesOf, warningsOf } from '../warnings.ts'
import { wholeEdge } from '../whole.ts'
import { createSites } from '../zones/sites.ts'
import type { Zone } from '../zones/zone.ts'
import type { From } from './pretend.ts'
import { overrideHeaders, wrongFrom } from './pretend.ts'
import { openRequest } from './request.ts'
import type { TrialPhase } from './trial-phases.ts'
import { trialPhases } from './trial-phases.ts'

// A trial is synchronous, so it cannot import a module when it needs one.
wholeEdge()

/** A request for a trial. Nothing sends it. */
export interface TrialRequest {
  /** Default `GET`. */
  readonly method?: string | undefined
  /** Absolute (`https://shop.test/a?b`), or a target (`/a?b`) with a `Host` header. Default `/`. */
  readonly url?: string | undefined
  /** Values by name, or `[name, value]` pairs if order and repetition matter. */
  readonly headers?:
    | Readonly<Record<string, string | readonly string[]>>
    | readonly (readonly [name: string, value: string])[]
    | undefined
  /** Text, or `{ hex }` for bytes. */
  readonly body?: string | { readonly hex: string } | undefined
  /** `HTTP/1.1` (default), `HTTP/2` … */
  readonly version?: string | undefined
  /** The visitor. The default address is this machine's, 127.0.0.1. */
  readonly from?: From | undefined
}

export interface TrialsOptions extends Sources {
  ruleset: Ruleset
  /** The personas that `from.as` can name. */
  personas?: Personas | undefined
  /** Options for the refusals. A trial never compresses a refusal. */
  answers?: AnswerOptions | undefined
  colo?: string | undefined
  /** True if rate limits count across trials, on the clock `now`. Default false: no request reaches a limit. */
  counts?: boolean | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
  /** True if `from.fields` usually contains TLS fingerprints. Rules that read them then cause no warning. */
  seesTls?: boolean | undefined
}

export interface Trials {
  readonly ruleset: Ruleset
  /** One sentence for each part of the rules that has no real data here. */
  readonly warnings: readonly string[]
  /** Resolves when the texts of all answers are loaded; `undefined` if nothing is loading (`answers.languages`). */
  readonly ready: Promise<void> | undefined
  /**
   * Judges one request as an edge does. It sends nothing and records no event.
   *
   * @throws EdgeError `wrong_case` for a bad request, `wrong_attributes`, `unknown_field`, `wrong_value` for a bad `from`
   */
  run(request: TrialRequest): Trial
}

const COLO = 'LOC'
/** This machine: the edge trusts its test headers by default. */
const REMOTE_ADDRESS = '127.0.0.1'
const SCRIPTED = /^x-edge-/

/** Counters that never count, so no request reaches a limit. */
const noCounters = (): Counters => ({
  name: 'none',
  secret: [0, 0],
  take: () => NOTHING,
  add: () => {},
  reset: () => {},
  stats: NO_COUNTERS,
  close: async () => {},
})

/** The verdict on one request, with its reasons. The getters compute everything except the verdict on first use. */
export class Trial {
  readonly #verdict: Verdict
  readonly #rulings: readonly (Ruling | undefined)[]
  readonly #answerOf: (verdict: Verdict) => Answer | undefined
  #answer: Answer | undefined
  #isAnswered = false
  #phases: readonly TrialPhase[] | undefined

  /**
   * @param rulings the ruling of each phase, by its place; a hole if the phase did not run
   * @param answer creates the refusal of a verdict
   */
  constructor(
    verdict: Verdict,
    rulings: readonly (Ruling | undefined)[],
    answer: (verdict: Verdict) => Answer | undefined
  ) {
    this.#verdict = verdict
    this.#rulings = rulings
    this.#answerOf = answer
  }

  /** The same as `Verdict.action`: `pass`, the action of the last rule that matched, `no_zone`, `preview` or `clearance`. */
  get action(): VerdictAction {
    return this.#verdict.action
  }

  /** True if the origin does not get the request. */
  get isRefused(): boolean {
    return refuses(this.action)
  }

  /** Cloudflare's error code of the refusal, e.g. 1020; 0 if it has none, such as a challenge or a rule's own response. */
  get code(): number {
    return this.answer?.code ?? 0
  }

  /** Every rule that matched, in the order of evaluation. The last one decided. */
  get matches(): readonly Match[] {
    return this.#verdict.matches
  }

  /** The rule that decided; `undefined` if no rule matched. */
  get rule(): Rule | undefined {
    return this.#verdict.rule
  }

  /** The HTTP status of the refusal; `undefined` if the origin answers. */
  get status(): number | undefined {
    return this.answer?.status
  }

  /** The refusal, uncompressed, in the dialect that the request asks for; `undefined` if the origin answers. */
  get answer(): Answer | undefined {
    if (!this.#isAnswered) {
      this.#answer = this.#answerOf(this.#verdict)
      this.#isAnswered = true
    }
    return this.#answer
  }

  /** Each phase and each of its rules, in order, with the outcome. */
  get phases(): readonly TrialPhase[] {
    const { zone, context, matches } = this
    this.#phases ??= trialPhases({ zone, context, matches, rulings: this.#rulings })
    return this.#phases
  }

  get zone(): Zone {
    return this.#verdict.zone
  }

  /** The values of the request's fields that the rules read. */
  get context(): RequestContext {
    return this.#verdict.context
  }
}

/**
 * Creates a judge for requests: it runs the engine of an edge without a network, and reports the outcome of each rule.
 *
 * @throws EdgeError `geo_failed`, `asn_failed` if a rule needs data that cannot be loaded
 * @example
 * const trials = createTrials({ ruleset: rulesFromObjects([{ rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] }]) })
 * const trial = trials.run({ url: 'https://shop.test/', headers: { 'User-Agent': 'curl/8' } })
 * trial.code // 1020
 * trial.phases.at(3).rules[0].outcome // 'matched'
 */
export const createTrials = (options: TrialsOptions): Trials => {
  const { ruleset, geo, asn, reputation, bots, personas, colo = COLO, now = Date.now } = options
  const sources = { geo, asn, reputation, bots }
  const counters = options.counts === true ? memoryCounters({ now }) : noCounters()
  const sites = createSites(ruleset, { counters, colo, zone: '', now })
  openSources(sources, sourcesOf(sites.zones.flatMap(({ fields }) => fields)))
  const visitors = createVisitors({ ...sources, overrides: true, personas })
  const rays = createRays({ colo, now })
  const answers = createAnswers({ ...options.answers, compress: false })
  let opened: Challenging | undefined
  const answering: AnswerServices = {
    answers,
    get challenges() {
      opened ??= openChallenges({}, options.answers?.emulatedHeader)
      return opened.challenges
    },
    colo,
  }
  const judge = createJudge({
    // A trial already has its body.
    readBody: () => undefined,
    clearedOf: ({ visitor }) => (visitor.passesChallenges ? ALL_CLEARED : NONE_CLEARED),
  })

  const run: Trials['run'] = ({ from = {}, ...request }) => {
    const rayId = rays.next()
    const { reader, connection } = openRequest(request, rayId.timeMs)
    const peer = { ...connection, remoteAddress: REMOTE_ADDRESS }
    const said: Readonly<Record<string, string>> = overrideHeaders(from)
    const header: HeaderReader = (name) => (SCRIPTED.test(name) ? said[name] : reader.joined(name))
    const visitor = visitors.identify(header, peer)
    const overrides = testOverrides(visitor, readOverrides)
    if (overrides.problems.length > 0) throw wrongFrom(overrides.problems)
    const rulings: (Ruling | undefined)[] = []
    const verdict = judge(sites, reader, visitor, peer, rayId, overrides, rulings)
    // The counters are in memory and the body is complete, so the verdict is never a promise.
    if (verdict instanceof Promise) throw new TypeError('a trial waits for nothing')
    return new Trial(verdict, rulings, (judged) => answerVerdict(judged, answering))
  }

  return {
    ruleset,
    get warnings() {
      return warningsOf(ruleset, providedBy(sources, options.seesTls))
    },
    ready: answers.ready,
    run,
  }
}
