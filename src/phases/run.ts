import type { RequestContext } from '../context.ts'
import type { Match, Phase, Ruling } from './phase.ts'

/** Makes the body readable for rules. `undefined` if there is nothing to wait for. */
export type ReadBody = (context: RequestContext) => Promise<unknown> | undefined

export const NO_MATCHES: readonly Match[] = []

type Matches = readonly Match[]
/** The ruling of each phase, by its place; a hole if it did not run. */
type Rulings = (Ruling | undefined)[]

/** The ruling of a phase that runs and finds nothing. */
const NOTHING: Ruling = { matches: NO_MATCHES, ends: false, skips: 0 }

const joined = (found: Matches, { matches }: Ruling): Matches =>
  found.length === 0 ? matches : [...found, ...matches]

const runFrom = (
  first: number,
  phases: readonly Phase[],
  context: RequestContext,
  readBody: ReadBody,
  found: Matches,
  skipped: number,
  isBodyRead: boolean,
  rulings: Rulings | undefined
): Matches | Promise<Matches> => {
  for (let i = first; i < phases.length; i++) {
    if ((skipped & (1 << i)) !== 0) continue
    const phase = phases[i]!
    if (phase.readsBody && !isBodyRead) {
      const reading = readBody(context)
      if (reading !== undefined) {
        return reading.then(() =>
          runFrom(i, phases, context, readBody, found, skipped, true, rulings)
        )
      }
      isBodyRead = true
    }
    const ruling = phase.run(context)
    if (ruling instanceof Promise) {
      return ruling.then((decided) => {
        if (rulings !== undefined) rulings[i] = decided ?? NOTHING
        if (decided === undefined) {
          return runFrom(i + 1, phases, context, readBody, found, skipped, isBodyRead, rulings)
        }
        const all = joined(found, decided)
        if (decided.ends) return all
        const skips = skipped | decided.skips
        context.skippedPhases = skips
        return runFrom(i + 1, phases, context, readBody, all, skips, isBodyRead, rulings)
      })
    }
    if (rulings !== undefined) rulings[i] = ruling ?? NOTHING
    if (ruling === undefined) continue
    found = joined(found, ruling)
    if (ruling.ends) return found
    skipped |= ruling.skips
    context.skippedPhases = skipped
  }
  return found
}

/**
 * Runs the phases in order until one answers, and collects the matches.
 *
 * It reads the body just before the first phase that needs it, so an IP rule in an earlier phase never waits for an upload. It
 * returns a promise only if it waits for a body or a phase.
 *
 * @param rulings gets the ruling of each phase that runs
 * @returns every match in order; the last one decides
 */
export const runPhases = (
  phases: readonly Phase[],
  context: RequestContext,
  readBody: ReadBody,
  rulings?: Rulings
): Matches | Promise<Matches> =>
  runFrom(0, phases, context, readBody, NO_MATCHES, 0, false, rulings)
