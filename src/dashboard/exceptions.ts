import type { EventStore, SecurityEvent } from '../events/event.ts'
import { readEvent } from '../toolkit/requests/event.ts'
import type { Trial, Trials } from '../toolkit/trial.ts'
import type { RuleDesk } from './desk.ts'
import { eachEvent, judgeEvent, pastEvents, turn } from './effect.ts'
import type { Candidate } from './exception-candidates.ts'
import { candidatesOf } from './exception-candidates.ts'
import type { Place } from './exception-writing.ts'
import { withException } from './exception-writing.ts'

const MAX_PAST = 2_000
const MAX_EXAMPLES = 4

/** A candidate with its effect on past requests. */
export interface Weighed extends Candidate {
  /** Refused requests of this visitor's address that it lets through. */
  readonly own: number
  /** Requests of all other visitors that it also lets through. */
  readonly others: number
  /** Addresses of these other visitors. */
  readonly addresses: number
  /** Some of these requests, newest first. */
  readonly examples: readonly SecurityEvent[]
  /** Personas that the rules refuse today and that the candidate lets in. */
  readonly personas: readonly string[]
}

export interface Weighing {
  readonly candidates: readonly Weighed[]
  /** Number of events that were judged again. */
  readonly judged: number
  /** Refused requests of this visitor's address among them. */
  readonly own: number
}

interface Tally {
  own: number
  others: number
  readonly addresses: Set<string>
  readonly examples: SecurityEvent[]
}

/** Judges the same request for every persona. */
const personasIn = (
  event: SecurityEvent,
  names: readonly string[],
  run: (request: Parameters<ReturnType<RuleDesk['trials']>['run']>[0]) => Trial
): Set<string> => {
  const { request } = readEvent(event)
  const refused = names.filter((as) => run({ ...request, headers: [], from: { as } }).isRefused)
  return new Set(refused)
}

const conditionsOf = ({ key }: Weighed): number => key.split('+').length

/** The best first: fewest other visitors, then fewest personas, then most requests of this visitor, then narrowest. */
const byCost = (one: Weighed, two: Weighed): number =>
  one.others - two.others ||
  one.personas.length - two.personas.length ||
  two.own - one.own ||
  conditionsOf(two) - conditionsOf(one)

/**
 * Weighs every exception for a visitor by the other past requests that it would have let through. It inserts each
 * exception at its place in the rules and judges the matching refused requests again.
 *
 * The narrowest candidates come first: they let the fewest other visitors through. Among equals, the candidate that
 * helps this visitor most comes first.
 */
export const weigh = async (
  event: SecurityEvent,
  {
    desk,
    store,
    place,
    personas,
    isTruncated = false,
    nowMs,
  }: {
    desk: RuleDesk
    store: EventStore
    place: Place
    personas: readonly string[]
    isTruncated?: boolean
    nowMs: number
  }
): Promise<Weighing> => {
  const before = desk.trials(desk.load())
  const now = judgeEvent(before, event)
  const isBot = now?.context.field('cf.client.bot') === true
  const events = await pastEvents(store, { number: MAX_PAST, nowMs, refusedOnly: true })
  const refusedNow = personasIn(event, personas, before.run)
  const options: {
    readonly candidate: Candidate
    readonly after: Trials
    readonly tally: Tally
    readonly may: Candidate['may']
  }[] = []
  for (const candidate of candidatesOf(event, { isBot, isTruncated })) {
    // Loading many rules takes some milliseconds, so visitors get their turn after each load.
    await turn()
    const text = withException(place, event, candidate, { nowMs })
    const after = desk.trials(desk.load({ file: place.file, text }))
    const tally: Tally = { own: 0, others: 0, addresses: new Set(), examples: [] }
    options.push({ candidate, after, tally, may: candidate.may })
  }
  let own = 0
  let judged = 0
  await eachEvent(events, (past) => {
    const was = judgeEvent(before, past)
    if (was === undefined) return
    judged++
    if (!was.isRefused) return
    const isOwn = past.ip === event.ip
    if (isOwn) own++
    for (const { after, tally, may } of options) {
      if (!may(past)) continue
      if (judgeEvent(after, past)?.isRefused !== false) continue
      if (isOwn) tally.own++
      else {
        tally.others++
        tally.addresses.add(past.ip)
        if (tally.examples.length < MAX_EXAMPLES) tally.examples.push(past)
      }
    }
  })
  const candidates: Weighed[] = []
  for (const { candidate, after, tally } of options) {
    await turn()
    if (judgeEvent(after, event)?.isRefused !== false) continue
    const still = personasIn(event, [...refusedNow], after.run)
    candidates.push({
      ...candidate,
      own: tally.own,
      others: tally.others,
      addresses: tally.addresses.size,
      examples: tally.examples,
      personas: [...refusedNow].filter((name) => !still.has(name)),
    })
  }
  candidates.sort(byCost)
  return { candidates, judged, own }
}
