import type { Answer } from '../answers/answer.ts'
import type { RequestContext } from '../context.ts'
import { readOverrides } from '../context.ts'
import type { Counters } from '../counters.ts'
import type { OnMatch } from '../on-match.ts'
import { answerVerdict, refusalFacts } from '../refusal.ts'
import { reservedPath } from '../reserved/paths.ts'
import type { Verdict } from '../verdict.ts'
import type { EdgeChallenges } from './challenges.ts'
import type { MatchLoader } from './match-loader.ts'
import { challengeModule, testModule } from './modules.ts'
import type { Recording } from './recording.ts'

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
  /** The verdict with its answer and event. */
  verdict(verdict: Verdict): Decision
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
  const answerOf = (verdict: Verdict, { answers }: OnMatch) =>
    answerVerdict(verdict, {
      answers,
      get challenges() {
        return challenges.open().challenges
      },
      colo,
    })

  const answerMatches = (verdict: Verdict, onMatch: OnMatch): Decision => {
    const { matches, context } = verdict
    stats.matched(matches)
    const answer = answerOf(verdict, onMatch)
    if (answer !== undefined) stats.blocked++
    if (recording.discards) return answer === undefined ? verdict : verdict.answered(answer)
    const events = onMatch.record.matches(matches, context, answer)
    const answered = verdict.answered(answer, events.at(-1))
    if (events.length === 0) return answered
    if (answer !== undefined) return recording.committed(events, answered)
    recording.later(events)
    return answered
  }

  const answerReserved = (verdict: Verdict, onMatch: OnMatch): Decision => {
    const answer = answerOf(verdict, onMatch)!
    const answered = verdict.answered(answer)
    const outcome = 'outcome' in answer ? answer.outcome : undefined
    return outcome === undefined
      ? answered
      : recording.noted(onMatch.record.challenge(outcome, verdict.context, answer), answered)
  }

  const reserved = (verdict: Verdict): Decision => {
    const { handler } = reservedPath(verdict.request)!
    const modules = verdict.action === 'clearance' ? [handler, challengeModule] : [handler]
    const answer = () => onMatch.with((loaded) => answerReserved(verdict, loaded))
    return modules.every(({ isLoaded }) => isLoaded)
      ? answer()
      : Promise.all(modules.map((one) => one.load())).then(answer)
  }

  const noZone = (verdict: Verdict): Decision =>
    onMatch.with((loaded) => {
      const answer = answerOf(verdict, loaded)!
      const event = loaded.record.noZone(verdict.context, answer)
      return recording.noted(event, verdict.answered(answer))
    })

  const rejected = (verdict: Verdict): Verdict => {
    const { badOverride, testOverrides } = testModule.now
    const { problems } = testOverrides(verdict.visitor, readOverrides)
    return verdict.answered(badOverride(problems, verdict.rayId, verdict.request.method))
  }

  const unmatched = (verdict: Verdict): Decision => {
    switch (verdict.action) {
      case 'preview':
      case 'clearance':
        return reserved(verdict)
      case 'no_zone':
        return noZone(verdict)
      case 'reject':
        return rejected(verdict)
      default:
        return verdict
    }
  }

  return {
    verdict: (verdict) =>
      verdict.matches.length === 0
        ? unmatched(verdict)
        : onMatch.with((loaded) => answerMatches(verdict, loaded)),

    originError: (code, context, cause) =>
      onMatch.with(({ answers, record }) => {
        const answer = answers.refuse(refusalFacts(code, context, colo))
        return recording.noted(record.originError(context, answer, cause), answer)
      }),
  }
}
