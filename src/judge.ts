import type { Facts } from './context.ts'
import { RequestContext } from './context.ts'
import type { Match, Ruling } from './phases/phase.ts'
import type { ReadBody } from './phases/run.ts'
import { NO_MATCHES, runPhases } from './phases/run.ts'
import type { RayId } from './ray.ts'
import type { RequestReader } from './request/request.ts'
import { reservedPath } from './reserved/paths.ts'
import type { TestHooks } from './test-hooks.ts'
import type { TestOverrides } from './test-overrides.ts'
import { Verdict } from './verdict.ts'
import type { Connection, Visitor } from './visitor/visitor.ts'
import type { Sites } from './zones/sites.ts'
import type { Zone } from './zones/zone.ts'

/** The parts of judging that differ between an edge, a trial and the replay of a log. */
export interface JudgeServices {
  readonly readBody: ReadBody
  /** The challenges that a visitor has passed, by level; asked only if a rule challenges. */
  clearedOf(facts: Facts): readonly number[]
  /** Decides in the place of the rules, for tests. */
  readonly force?: TestHooks['force'] | undefined
}

/**
 * Judges one request by the rules of its zone.
 *
 * @param rulings gets the ruling of each phase that runs, by its place, for an account of the rules
 * @returns the verdict without its answer and event; a promise only if a phase waits
 */
export type Judge = (
  sites: Sites,
  request: RequestReader,
  visitor: Visitor,
  connection: Connection,
  rayId: RayId,
  overrides: TestOverrides,
  rulings?: (Ruling | undefined)[]
) => Verdict | Promise<Verdict>

export const NO_OVERRIDES: TestOverrides = { fields: undefined, problems: [] }

const ruled = (zone: Zone, context: RequestContext, matches: readonly Match[]): Verdict =>
  new Verdict(matches.at(-1)?.action ?? 'pass', context, zone, matches)

/**
 * Creates the one function that judges requests: the live edge, trials (explain, check, test, audit, the dashboard) and the
 * replay of logs all call it, so that none of them can differ from the others.
 */
export const createJudge =
  ({ readBody, clearedOf, force }: JudgeServices): Judge =>
  (sites, request, visitor, connection, rayId, { fields, problems }, rulings) => {
    request.forwardedBy(visitor)
    // Read once, so a replacement of the rules cannot take effect in the middle of a request.
    const zone = sites.find(request)
    const { layout, facts } = zone
    const context = new RequestContext(layout, request, visitor, connection, rayId, fields, facts)
    // Before all answers, because the question of a challenge is signed for the User-Agent of its answer.
    if (visitor.persona !== undefined) request.pretend(visitor.persona.headers)
    const reserved = reservedPath(request)
    if (reserved !== undefined) return new Verdict(reserved.action, context, zone, NO_MATCHES)
    if (problems.length > 0) return new Verdict('reject', context, zone, NO_MATCHES)
    const forced = force?.(context)
    if (forced?.isDropped === true) return new Verdict('drop', context, zone, NO_MATCHES)
    if (forced !== undefined) return ruled(zone, context, forced.matches)
    if (zone.isNowhere) return new Verdict('no_zone', context, zone, NO_MATCHES)
    if (zone.hasChallenges) context.clearedBy(clearedOf)
    const matches = runPhases(zone.phases, context, readBody, rulings)
    return matches instanceof Promise
      ? matches.then((found) => ruled(zone, context, found))
      : ruled(zone, context, matches)
  }
