import type { Rule, Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import { ownText } from './counts.ts'
import type { Example, GroupData, Origin, Place } from './group.ts'
import { exampleOf, Group, isBefore, numberIn } from './group.ts'
import type { Decision, Judged, Outcome } from './judge.ts'
import { OUTCOMES } from './judge.ts'
import type { LogRecord } from './record.ts'
import type { TimelineData } from './timeline.ts'
import { Timeline } from './timeline.ts'

const BROKEN_EXAMPLES = 5
const MAX_ORIGINS = 20_000
const UNKNOWN = 'unknown'

/**
 * The groups of requests that the report counts. All but `refused` compare two rulesets.
 *
 * - `refused`: blocked or challenged now
 * - `newly_blocked`: blocked now, but not before
 * - `newly_challenged`: challenged now, but passed before
 * - `newly_passed`: pass now, but were blocked or challenged before
 * - `other_answer`: refused before and now, by different rules or in different ways
 */
export const GROUPS = [
  'refused',
  'newly_blocked',
  'newly_challenged',
  'newly_passed',
  'other_answer',
] as const
export type GroupName = (typeof GROUPS)[number]

const rank = (outcome: Outcome) => OUTCOMES.indexOf(outcome)

/** Returns the group for the difference between two decisions about one request, or `undefined` if they are the same. */
export const differenceOf = (now: Decision, before: Decision): GroupName | undefined => {
  if (now.outcome === before.outcome) {
    return now.outcome !== 'pass' && now.rule?.id !== before.rule?.id ? 'other_answer' : undefined
  }
  if (now.outcome === 'pass') return 'newly_passed'
  if (now.outcome === 'block') return 'newly_blocked'
  return rank(before.outcome) < rank('challenge') ? 'newly_challenged' : 'other_answer'
}

/** The number of requests that a rule matched, and of those that it decided. */
export type RuleCount = [matched: number, decided: number]

/** A line that could not be read. */
export interface Broken {
  readonly place: Place
  readonly reason: string
  readonly text: string
}

export interface TallyData {
  readonly lines: number
  readonly comments: number
  readonly noRequest: number
  readonly broken: number
  readonly brokenExamples: readonly Broken[]
  /** The number of lines before `since` or after `until`. */
  readonly outside: number
  /** The number of lines that the sample leaves out. */
  readonly left: number
  readonly judged: number
  readonly noAddress: number
  readonly nowhere: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly before: Readonly<Record<Outcome, number>>
  readonly firstMs: number
  readonly lastMs: number
  readonly rules: readonly (readonly [rule: number, counts: RuleCount])[]
  readonly rulesBefore: readonly (readonly [rule: number, counts: RuleCount])[]
  readonly statuses: readonly (readonly [
    status: number,
    counts: readonly [pass: number, challenge: number, block: number],
  ])[]
  readonly groups: Readonly<Record<GroupName, GroupData>>
  readonly timeline: TimelineData
}

const numbersOf = (ruleset: Ruleset | undefined): Map<Rule, number> =>
  new Map(ruleset === undefined ? [] : allRules(ruleset).map((rule, i) => [rule, i]))

type Counted = Map<number, RuleCount>

const countMatches = (counted: Counted, numbers: ReadonlyMap<Rule, number>, decision: Decision) => {
  const { matches, rule: decider } = decision
  for (const { rule } of matches) {
    const number = numbers.get(rule)
    if (number === undefined) continue
    let counts = counted.get(number)
    if (counts === undefined) {
      counts = [0, 0]
      counted.set(number, counts)
    }
    counts[0]++
    if (rule === decider) counts[1]++
  }
}

const mergeCounted = (counted: Counted, more: TallyData['rules']) => {
  for (const [number, [matched, decided]] of more) {
    const known = counted.get(number) ?? [0, 0]
    counted.set(number, [known[0] + matched, known[1] + decided])
  }
}

/** Counts the judged requests in bounded memory. The tallies of several threads can be merged. */
export class Tally {
  lines = 0
  comments = 0
  noRequest = 0
  outside = 0
  left = 0
  #broken = 0
  #brokenExamples: Broken[] = []
  #judged = 0
  #noAddress = 0
  #nowhere = 0
  #firstMs = Number.POSITIVE_INFINITY
  #lastMs = Number.NEGATIVE_INFINITY
  readonly #outcomes: Record<Outcome, number> = { pass: 0, challenge: 0, block: 0 }
  readonly #before: Record<Outcome, number> = { pass: 0, challenge: 0, block: 0 }
  readonly #numbers: ReadonlyMap<Rule, number>
  readonly #numbersBefore: ReadonlyMap<Rule, number>
  readonly #rules: Counted = new Map()
  readonly #rulesBefore: Counted = new Map()
  readonly #statuses = new Map<number, [number, number, number]>()
  readonly #groups: Readonly<Record<GroupName, Group>> = {
    refused: new Group(),
    newly_blocked: new Group(),
    newly_challenged: new Group(),
    newly_passed: new Group(),
    other_answer: new Group(),
  }
  readonly #timeline = new Timeline()
  readonly #origins = new Map<string, Origin>()

  constructor(ruleset: Ruleset, against?: Ruleset) {
    this.#numbers = numbersOf(ruleset)
    this.#numbersBefore = numbersOf(against)
  }

  /** Counts a line that could not be read, and keeps the first few as examples. */
  broken(place: Place, reason: string, line: string): void {
    this.#broken++
    if (this.#brokenExamples.length >= BROKEN_EXAMPLES) return
    this.#brokenExamples.push({ place, reason, text: ownText(line) })
  }

  /** Counts a judged request. `log`, `chunk` and `line` are the position of its line. */
  add(
    record: LogRecord,
    now: Judged,
    before: Judged | undefined,
    log: number,
    chunk: number,
    line: number
  ): void {
    const { decision, visitor } = now
    const { outcome } = decision
    this.#judged++
    this.#outcomes[outcome]++
    if (visitor.ip === undefined) this.#noAddress++
    if (decision.matches.length > 0) countMatches(this.#rules, this.#numbers, decision)
    else if (outcome === 'block') this.#nowhere++
    if (record.status > 0) this.#countStatus(record.status, outcome)
    const difference = before === undefined ? undefined : differenceOf(decision, before.decision)
    if (before !== undefined) {
      this.#before[before.decision.outcome]++
      countMatches(this.#rulesBefore, this.#numbersBefore, before.decision)
    }
    this.#countTime(record.timeMs, outcome, difference)
    if (outcome === 'pass' && difference === undefined) return

    const origin = this.#originOf(record, now)
    const numberOf = (rule: Rule | undefined, isBeforeRule: boolean) =>
      numberIn(isBeforeRule ? this.#numbersBefore : this.#numbers)(rule)
    const makeExample = (): Example =>
      exampleOf({ record, judged: now, before, origin, place: [log, chunk, line], numberOf })
    const number = numberOf(decision.rule, false)
    if (outcome !== 'pass') this.#groups.refused.add(record, now, origin, number, makeExample)
    if (difference === undefined) return
    // Of what passes now it is of interest which rule held it up.
    const telling = difference === 'newly_passed' ? numberOf(before!.decision.rule, true) : number
    this.#groups[difference].add(record, now, origin, telling, makeExample)
  }

  merge(data: TallyData): void {
    this.lines += data.lines
    this.comments += data.comments
    this.noRequest += data.noRequest
    this.outside += data.outside
    this.left += data.left
    this.#broken += data.broken
    this.#brokenExamples = [...this.#brokenExamples, ...data.brokenExamples]
      .sort((a, b) => (isBefore(a.place, b.place) ? -1 : 1))
      .slice(0, BROKEN_EXAMPLES)
    this.#judged += data.judged
    this.#noAddress += data.noAddress
    this.#nowhere += data.nowhere
    this.#firstMs = Math.min(this.#firstMs, data.firstMs)
    this.#lastMs = Math.max(this.#lastMs, data.lastMs)
    for (const outcome of OUTCOMES) {
      this.#outcomes[outcome] += data.outcomes[outcome]
      this.#before[outcome] += data.before[outcome]
    }
    mergeCounted(this.#rules, data.rules)
    mergeCounted(this.#rulesBefore, data.rulesBefore)
    for (const [status, counts] of data.statuses) {
      const known = this.#statuses.get(status) ?? [0, 0, 0]
      this.#statuses.set(status, [known[0] + counts[0], known[1] + counts[1], known[2] + counts[2]])
    }
    for (const name of GROUPS) this.#groups[name].merge(data.groups[name])
    this.#timeline.merge(data.timeline)
  }

  toData(): TallyData {
    const groups = Object.fromEntries(
      GROUPS.map((name) => [name, this.#groups[name].toData()])
    ) as Record<GroupName, GroupData>
    return {
      lines: this.lines,
      comments: this.comments,
      noRequest: this.noRequest,
      outside: this.outside,
      left: this.left,
      broken: this.#broken,
      brokenExamples: this.#brokenExamples,
      judged: this.#judged,
      noAddress: this.#noAddress,
      nowhere: this.#nowhere,
      outcomes: this.#outcomes,
      before: this.#before,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      rules: [...this.#rules],
      rulesBefore: [...this.#rulesBefore],
      statuses: [...this.#statuses],
      groups,
      timeline: this.#timeline.toData(),
    }
  }

  #countStatus(status: number, outcome: Outcome): void {
    let counts = this.#statuses.get(status)
    if (counts === undefined) {
      counts = [0, 0, 0]
      this.#statuses.set(status, counts)
    }
    counts[rank(outcome)]!++
  }

  #countTime(timeMs: number, outcome: Outcome, difference: GroupName | undefined): void {
    if (Number.isNaN(timeMs)) return
    if (timeMs < this.#firstMs) this.#firstMs = timeMs
    if (timeMs > this.#lastMs) this.#lastMs = timeMs
    const bucket = this.#timeline.at(timeMs)
    bucket[0]++
    if (outcome !== 'pass') bucket[1]++
    if (difference === 'newly_passed') bucket[3]++
    else if (difference !== undefined && difference !== 'other_answer') bucket[2]++
  }

  #originOf(record: LogRecord, { visitor, context }: Judged): Origin {
    // Field values from the log can differ between requests from one address.
    if (record.fields !== undefined) return readOrigin(visitor, context)
    const key = visitor.ipText
    let origin = this.#origins.get(key)
    if (origin === undefined) {
      origin = readOrigin(visitor, context)
      if (this.#origins.size >= MAX_ORIGINS) this.#origins.clear()
      this.#origins.set(key, origin)
    }
    return origin
  }
}

const readOrigin = (visitor: Judged['visitor'], context: Judged['context']): Origin => {
  const asn = Number(context.field('ip.src.asnum') ?? 0)
  const country = String(context.field('ip.src.country') ?? '')
  return {
    country: country === '' || country === 'XX' ? UNKNOWN : country,
    network: asn === 0 ? UNKNOWN : `AS${asn} ${visitor.asnName}`.trim(),
  }
}
