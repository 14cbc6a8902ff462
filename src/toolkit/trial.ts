import { actions } from '../actions.ts'
import type { Answer, AnswerOptions } from '../answers/answer.ts'
import { createAnswers } from '../answers/create.ts'
import { isChallenge } from '../challenges/level.ts'
import type { Challenging } from '../challenges/open.ts'
import { openChallenges } from '../challenges/open.ts'
import { RequestContext, readOverrides } from '../context.ts'
import type { Counters } from '../limits/counters.ts'
import { NO_COUNTERS, NOTHING } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory.ts'
import type { Match, Phase, Ruling } from '../phases/phase.ts'
import { runPhases } from '../phases/run.ts'
import { createRays } from '../ray.ts'
import { answerOf, challengeFacts, refusalFacts } from '../refusal.ts'
import type { FlatHeaders } from '../request/header-fields.ts'
import { reservedPath } from '../reserved/paths.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { testOverrides } from '../test-overrides.ts'
import type { VerdictAction } from '../verdict.ts'
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
/** "Could not find host" */
const NO_ZONE = 1023
const ALL_CLEARED: readonly number[] = [0, Infinity, Infinity, Infinity]
const NONE_CLEARED: readonly number[] = [0, 0, 0, 0]
/** This machine: the one peer that may say who it is without further ado. */
const CONNECTION = { remoteAddress: '127.0.0.1' }
const SCRIPTED = /^x-edge-/
const NO_MATCHES: readonly Match[] = []
/** A phase that ran and had nothing to say. */
const NOTHING_RULED: Ruling = { matches: NO_MATCHES, ends: false, skips: 0 }

/** The headers of a persona, without those that the request sets itself. */
const identityOf = (persona: FlatHeaders, own: FlatHeaders): FlatHeaders => {
  const names = new Set(own.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()))
  const isOwn = (headers: FlatHeaders, i: number) => names.has(headers[i - (i % 2)]!.toLowerCase())
  const isHost = (i: number) => own[i - (i % 2)]!.toLowerCase() === 'host'
  return [...persona.filter((_, i) => !isOwn(persona, i)), ...own.filter((_, i) => !isHost(i))]
}

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

interface Made {
  readonly action: VerdictAction
  readonly context: RequestContext
  readonly zone: Zone
  readonly matches: readonly Match[]
  /** What each phase ruled, by its place; a hole where it did not run. */
  readonly rulings: readonly (Ruling | undefined)[]
  readonly answer: () => Answer | undefined
}

/** What the rules say of one request, and why. Everything but the verdict is worked out when it is asked for. */
export class Trial {
  readonly #made: Made
  #answer: Answer | undefined
  #isAnswered = false
  #phases: readonly TrialPhase[] | undefined

  constructor(made: Made) {
    this.#made = made
  }

  /** As `Verdict.action`: `pass`, the action of the last rule that matched, `no_zone`, `preview` or `clearance`. */
  get action(): VerdictAction {
    return this.#made.action
  }

  /** True where the origin does not get the request. */
  get isRefused(): boolean {
    const { action } = this.#made
    return action !== 'pass' && (!(action in actions) || actions[action as Rule['action']].answers)
  }

  /** Cloudflare's error code of the refusal, e.g. 1020; 0 where it has none, as the page of a challenge. */
  get code(): number {
    const { action, matches } = this.#made
    if (action === 'no_zone') return NO_ZONE
    return this.isRefused && !isChallenge(action) ? (matches.at(-1)?.code ?? 0) : 0
  }

  /** Every rule that matched, in the order of evaluation: the last one decided. */
  get matches(): readonly Match[] {
    return this.#made.matches
  }

  /** The rule that decided; absent where none matched. */
  get rule(): Rule | undefined {
    return this.#made.matches.at(-1)?.rule
  }

  /** The status of the refusal; `undefined` where the origin answers. */
  get status(): number | undefined {
    return this.answer?.status
  }

  /** The refusal, in the dialect that the request asks for and not compressed; `undefined` where the origin answers. */
  get answer(): Answer | undefined {
    if (!this.#isAnswered) {
      this.#answer = this.#made.answer()
      this.#isAnswered = true
    }
    return this.#answer
  }

  /** Each phase and each of its rules, in order, with what became of it. */
  get phases(): readonly TrialPhase[] {
    this.#phases ??= trialPhases(this.#made)
    return this.#phases
  }

  get zone(): Zone {
    return this.#made.zone
  }

  /** The values of the request's fields, by which its rules were judged. */
  get context(): RequestContext {
    return this.#made.context
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
  const sites = createSites(ruleset, { counters, colo, zone: '' })
  openSources(sources, sourcesOf(sites.zones.flatMap(({ fields }) => fields)))
  const visitors = createVisitors({ ...sources, overrides: true, personas })
  const rays = createRays({ colo, now })
  const answers = createAnswers({ ...options.answers, compress: false })
  let opened: Challenging | undefined
  const challenges = () => {
    opened ??= openChallenges({}, options.answers?.emulatedHeader)
    return opened.challenges
  }

  let rulings: (Ruling | undefined)[] = []
  const watched = new WeakMap<Zone, readonly Phase[]>()
  /** The phases of a zone, each of which notes its ruling. */
  const watch = (zone: Zone): readonly Phase[] => {
    const known = watched.get(zone)
    if (known !== undefined) return known
    const phases = zone.phases.map((phase, place) => ({
      ...phase,
      run: (context: RequestContext) => {
        const ruling = phase.run(context) as Ruling | undefined
        rulings[place] = ruling ?? NOTHING_RULED
        return ruling
      },
    }))
    watched.set(zone, phases)
    return phases
  }

  const open = ({ from = {}, ...request }: TrialRequest) => {
    const rayId = rays.next()
    const { reader, connection } = openRequest(request, rayId.timeMs)
    const said: Readonly<Record<string, string>> = overrideHeaders(from)
    const header: HeaderReader = (name) => (SCRIPTED.test(name) ? said[name] : reader.joined(name))
    const visitor = visitors.identify(header, { ...connection, ...CONNECTION })
    const { fields, problems } = testOverrides(visitor, readOverrides)
    if (problems.length > 0) throw wrongFrom(problems)
    const zone = sites.find(reader)
    const context = new RequestContext(
      zone.layout,
      reader,
      visitor,
      connection,
      rayId,
      fields,
      zone.facts
    )
    if (visitor.persona !== undefined) {
      reader.pretend(identityOf(visitor.persona.headers, reader.rawHeaders))
    }
    if (zone.hasChallenges) {
      context.clearedBy(() => (visitor.passesChallenges ? ALL_CLEARED : NONE_CLEARED))
    }
    return { context, zone }
  }

  const run: Trials['run'] = (request) => {
    const { context, zone } = open(request)
    const reserved = reservedPath(context.request)
    if (reserved !== undefined) {
      const { action, handler } = reserved
      const { path, search } = context.request
      const answer = () => {
        const facts = { ...challengeFacts(context, colo), ...refusalFacts(0, context, colo) }
        const answering = {
          answers,
          get challenges() {
            return challenges()
          },
        }
        return handler.now.answer(answering, facts, path, search)
      }
      return new Trial({ action, context, zone, matches: NO_MATCHES, rulings: [], answer })
    }
    if (zone.isNowhere) {
      const answer = () => answers.refuse(refusalFacts(NO_ZONE, context, colo))
      const action = 'no_zone'
      return new Trial({ action, context, zone, matches: NO_MATCHES, rulings: [], answer })
    }
    rulings = []
    const matches = runPhases(watch(zone), context, () => undefined)
    // Its counters are in memory, and its body is here.
    if (matches instanceof Promise) throw new TypeError('a trial waits for nothing')
    const last = matches.at(-1)
    const answer = () =>
      last !== undefined && actions[last.action].answers
        ? answerOf(last, context, colo, answers, challenges)
        : undefined
    return new Trial({ action: last?.action ?? 'pass', context, zone, matches, rulings, answer })
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
