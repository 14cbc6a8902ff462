import { actions } from '../actions.ts'
import type { Answer } from '../answers/answer.ts'
import type { RequestContext } from '../context.ts'
import type { Counters } from '../counters.ts'
import type { OnMatch } from '../on-match.ts'
import type { Match } from '../phases/phase.ts'
import { NO_MATCHES } from '../phases/run.ts'
import { answerOf, challengeFacts, refusalFacts } from '../refusal.ts'
import type { ReservedPath } from '../reserved/paths.ts'
import { Verdict } from '../verdict.ts'
import type { Zone } from '../zones/zone.ts'
import type { EdgeChallenges } from './challenges.ts'
import type { MatchLoader } from './match-loader.ts'
import { challengeModule } from './modules.ts'
import type { Recording } from './recording.ts'

/** "Could not find host" */
const NO_ZONE = 1023

/** The parts of an edge that turn a ruling into an answer and its events. */
interface Services {
  readonly onMatch: MatchLoader
  readonly challenges: EdgeChallenges
  readonly recording: Recording
  readonly stats: Pick<Counters, 'matched' | 'blocked'>
  readonly colo: string
}

type Decision = Verdict | Promise<Verdict>

/** Answers requests. Each result is a promise only if it waits for a module or for the commit of events. */
export interface Answering {
  /** The verdict of the rules. */
  matched(zone: Zone, context: RequestContext, matches: readonly Match[]): Decision
  /** The answer of a path below `/cdn-cgi/`. */
  reserved(zone: Zone, context: RequestContext, path: ReservedPath): Decision
  /** The refusal for a host that no zone has. */
  noZone(zone: Zone, context: RequestContext): Decision
  /** The answer for an origin that failed. */
  originError(code: number, context: RequestContext, cause: unknown): Answer | Promise<Answer>
}

export const createAnswering = ({
  onMatch,
  challenges,
  recording,
  stats,
  colo,
}: Services): Answering => {
  const answerMatches = (
    { answers, record }: OnMatch,
    zone: Zone,
    context: RequestContext,
    matches: readonly Match[]
  ): Decision => {
    stats.matched(matches)
    const last = matches.at(-1)!
    const { action } = last
    const answer = actions[action].answers
      ? answerOf(last, context, colo, answers, () => challenges.open().challenges)
      : undefined
    if (answer !== undefined) stats.blocked++
    if (recording.discards) return new Verdict(action, context, zone, matches, answer)
    const events = record.matches(matches, context, answer)
    const verdict = new Verdict(action, context, zone, matches, answer, events.at(-1))
    if (events.length === 0) return verdict
    if (answer !== undefined) return recording.committed(events, verdict)
    recording.later(events)
    return verdict
  }

  const answerReserved = (
    { answers, record }: OnMatch,
    zone: Zone,
    context: RequestContext,
    { action, handler }: ReservedPath
  ): Decision => {
    const { request } = context
    const facts = { ...challengeFacts(context, colo), ...refusalFacts(0, context, colo) }
    const answer = handler.now.answer(
      {
        answers,
        get challenges() {
          return challenges.open().challenges
        },
      },
      facts,
      request.path,
      request.search
    )
    const verdict = new Verdict(action, context, zone, NO_MATCHES, answer)
    const outcome = 'outcome' in answer ? answer.outcome : undefined
    return outcome === undefined
      ? verdict
      : recording.noted(record.challenge(outcome, context, answer), verdict)
  }

  return {
    matched: (zone, context, matches) =>
      matches.length === 0
        ? new Verdict('pass', context, zone, matches)
        : onMatch.with((loaded) => answerMatches(loaded, zone, context, matches)),

    reserved: (zone, context, path) => {
      const { action, handler } = path
      const modules = action === 'clearance' ? [handler, challengeModule] : [handler]
      const answer = () => onMatch.with((loaded) => answerReserved(loaded, zone, context, path))
      return modules.every(({ isLoaded }) => isLoaded)
        ? answer()
        : Promise.all(modules.map((one) => one.load())).then(answer)
    },

    noZone: (zone, context) =>
      onMatch.with(({ answers, record }) => {
        const answer = answers.refuse(refusalFacts(NO_ZONE, context, colo))
        const verdict = new Verdict('no_zone', context, zone, NO_MATCHES, answer)
        return recording.noted(record.noZone(NO_ZONE, context, answer), verdict)
      }),

    originError: (code, context, cause) =>
      onMatch.with(({ answers, record }) => {
        const answer = answers.refuse(refusalFacts(code, context, colo))
        return recording.noted(record.originError(code, context, answer, cause), answer)
      }),
  }
}
