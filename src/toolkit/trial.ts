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

// A trial answers at once: no module is imported in between.
wholeEdge()

/** A request that is only judged, and never sent. */
export interface TrialRequest {
  /** Default `GET`. */
  readonly method?: string | undefined
  /** Absolute (`https://shop.test/a?b`), or a target (`/a?b`) beside a `Host` header. Default `/`. */
  readonly url?: string | undefined
  /** Values by name, or `[name, value]` pairs where order and repetition matter. */
  readonly headers?:
    | Readonly<Record<string, string | readonly string[]>>
    | readonly (readonly [name: string, value: string])[]
    | undefined
  /** Text, or `{ hex }` for bytes. */
  readonly body?: string | { readonly hex: string } | undefined
  /** `HTTP/1.1` (default), `HTTP/2` … */
  readonly version?: string | undefined
  /** Who asks. Without an address it comes from this machine (127.0.0.1). */
  readonly from?: From | undefined
}

export interface TrialsOptions extends Sources {
  ruleset: Ruleset
  /** Whom `from.as` can name. */
  personas?: Personas | undefined
  /** The form of refusals. Trials never compress them. */
  answers?: AnswerOptions | undefined
  colo?: string | undefined
  /** True: rate limits count from trial to trial, on the clock `now`. Default false: no limit is ever reached. */
  counts?: boolean | undefined
  /** Time of the requests, milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
  /** True where `from.fields` brings TLS fingerprints as a rule, so that rules on them cause no warning. */
  seesTls?: boolean | undefined
}

export interface Trials {
  readonly ruleset: Ruleset
  /** What of the rules cannot be judged here from real data, one sentence each. */
  readonly warnings: readonly string[]
  /** Resolves when the texts of all answers are loaded; `undefined` where none have to be (`answers.languages`). */
  readonly ready: Promise<void> | undefined
  /**
   * Judges one request as an edge does, without sending anything, and without an event.
   *
   * @throws EdgeError `wrong_case` for a bad request, `wrong_attributes`, `unknown_field`, `wrong_value` for a bad `from`
   */
  run(request: TrialRequest): Trial
}

const COLO = 'LOC'
/** This machine: the one peer that may say who it is without further ado. */
const REMOTE_ADDRESS = '127.0.0.1'
const SCRIPTED = /^x-edge-/

/** Counters that never count: no limit is ever reached. */
const noCounters = (): Counters => ({
  name: 'none',
  secret: [0, 0],
  take: () => NOTHING,
  add: () => {},
  reset: () => {},
  stats: NO_COUNTERS,
  close: async () => {},
})

/** What the rules say of one request, and why. Everything but the verdict is worked out when it is asked for. */
export class Trial {
  readonly #verdict: Verdict
  readonly #rulings: readonly (Ruling | undefined)[]
  readonly #answerOf: (verdict: Verdict) => Answer | undefined
  #answer: Answer | undefined
  #isAnswered = false
  #phases: readonly TrialPhase[] | undefined

  /**
   * @param rulings what each phase ruled, by its place; a hole where it did not run
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

  /** As `Verdict.action`: `pass`, the action of the last rule that matched, `no_zone`, `preview` or `clearance`. */
  get action(): VerdictAction {
    return this.#verdict.action
  }

  /** True where the origin does not get the request. */
  get isRefused(): boolean {
    return refuses(this.action)
  }

  /** Cloudflare's error code of the refusal, e.g. 1020; 0 if it has none, such as a challenge or a rule's own response. */
  get code(): number {
    return this.answer?.code ?? 0
  }

  /** Every rule that matched, in the order of evaluation: the last one decided. */
  get matches(): readonly Match[] {
    return this.#verdict.matches
  }

  /** The rule that decided; absent where none matched. */
  get rule(): Rule | undefined {
    return this.#verdict.rule
  }

  /** The status of the refusal; `undefined` where the origin answers. */
  get status(): number | undefined {
    return this.answer?.status
  }

  /** The refusal, in the dialect that the request asks for and not compressed; `undefined` where the origin answers. */
  get answer(): Answer | undefined {
    if (!this.#isAnswered) {
      this.#answer = this.#answerOf(this.#verdict)
      this.#isAnswered = true
    }
    return this.#answer
  }

  /** Each phase and each of its rules, in order, with what became of it. */
  get phases(): readonly TrialPhase[] {
    const { zone, context, matches } = this
    this.#phases ??= trialPhases({ zone, context, matches, rulings: this.#rulings })
    return this.#phases
  }

  get zone(): Zone {
    return this.#verdict.zone
  }

  /** The values of the request's fields, by which its rules were judged. */
  get context(): RequestContext {
    return this.#verdict.context
  }
}

/**
 * Judges requests by rules, without a network: the engine of an edge, with an account of each rule.
 *
 * @throws EdgeError `geo_failed`, `asn_failed` where a rule needs data that cannot load
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
    // The body of a trial is read already.
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
    // Its counters are in memory, and its body is here.
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
