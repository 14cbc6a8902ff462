import { isChallenge, NONE_CLEARED } from '../challenges/level.ts'
import type { RequestContext } from '../context.ts'
import { createJudge, NO_OVERRIDES } from '../judge.ts'
import { defaultScheme } from '../language/defaults.ts'
import { fieldFacts } from '../language/fields.ts'
import { valueFromJson } from '../language/json.ts'
import type { Value } from '../language/types.ts'
import { whenLoaded } from '../later.ts'
import type { Counters } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory.ts'
import type { Match } from '../phases/phase.ts'
import type { RayId } from '../ray.ts'
import { DEFAULT_COLO } from '../ray.ts'
import type { RequestReader } from '../request/request.ts'
import { readRequest } from '../request/request.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import type { TestOverrides } from '../test-overrides.ts'
import type { VerdictAction } from '../verdict.ts'
import { createVisitors } from '../visitor/identify.ts'
import type { Sources } from '../visitor/provides.ts'
import type { Visitor } from '../visitor/visitor.ts'
import type { Sites } from '../zones/sites.ts'
import { createSites } from '../zones/sites.ts'
import { ownText } from './counts.ts'
import type { LogRecord } from './record.ts'

/** The outcomes of a request, the mildest first. */
export const OUTCOMES = ['pass', 'challenge', 'block'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** The decision of one ruleset about one request. */
export interface Decision {
  readonly outcome: Outcome
  /** The rule that blocks or challenges. `undefined` if the request passes or no zone has its host. */
  readonly rule: Rule | undefined
  /** All matches, including those of rules that only log or skip. */
  readonly matches: readonly Match[]
}

/** A judged request with its visitor, its context and the decision. */
export interface Judged {
  readonly request: RequestReader
  readonly visitor: Visitor
  readonly context: RequestContext
  readonly decision: Decision
}

const NO_RAY: RayId = {
  ray: '0'.repeat(16),
  header: `${'0'.repeat(16)}-${DEFAULT_COLO}`,
  timeMs: 0,
}
const PASS: Decision = { outcome: 'pass', rule: undefined, matches: [] }
const NO_CONNECTION = {}

/** Logs contain neither bodies nor the challenges that a visitor has passed. */
const judge = createJudge({ readBody: () => undefined, clearedOf: () => NONE_CLEARED })

/** Returns the outcome of an action. A host without a zone is blocked (1023). Paths that the edge itself serves pass. */
const outcomeOf = (action: VerdictAction): Outcome =>
  action === 'block' || action === 'no_zone' ? 'block' : isChallenge(action) ? 'challenge' : 'pass'

/** The fields whose values a log contains, with their slots. */
type Reads = readonly (readonly [name: string, slot: number])[]

const readsOf = (fields: Iterable<string>): Reads =>
  [...fields].map((name) => [name, defaultScheme.slot(name)] as const)

const overridesOf = (fields: Readonly<Record<string, unknown>>, reads: Reads): TestOverrides => {
  const overrides = new Map<number, Value>()
  for (const [name, slot] of reads) {
    const json = fields[name]
    if (json === undefined) continue
    try {
      overrides.set(slot, valueFromJson(fieldFacts.get(name)!.type, json, name))
    } catch {
      // A value whose type differs from the log's documentation counts as absent.
    }
  }
  return { fields: overrides, problems: NO_OVERRIDES.problems }
}

const noHeader = () => undefined
/** The most visitors that are cached, so that a frequent address is looked up only once. */
const MAX_VISITORS = 20_000

/** Caches visitors by address. Use it only if nothing that the rules read of a visitor depends on the headers. */
const remembering = (identify: (address: string) => Visitor) => {
  const known = new Map<string, Visitor>()
  return (_: RequestReader, address: string): Visitor => {
    let visitor = known.get(address)
    if (visitor === undefined) {
      const own = ownText(address)
      visitor = identify(own)
      if (known.size >= MAX_VISITORS) known.clear()
      known.set(own, visitor)
    }
    return visitor
  }
}

const readsBots = (fields: ReadonlySet<string>): boolean =>
  [...fields].some((field) => fieldFacts.get(field)?.source === 'bots')

/** One ruleset with its counters, whose clock is the time in the log. */
class Rules {
  readonly #sites: Sites
  #nowMs = 0

  constructor(ruleset: Ruleset) {
    let counters: Counters | undefined
    const now = () => this.#nowMs
    this.#sites = createSites(ruleset, {
      get counters() {
        counters ??= memoryCounters({ now })
        return counters
      },
      colo: DEFAULT_COLO,
      zone: '',
      now,
    })
  }

  get fields(): readonly string[] {
    return this.#sites.zones.flatMap(({ fields }) => fields)
  }

  judge(
    request: RequestReader,
    visitor: Visitor,
    record: LogRecord,
    overrides: TestOverrides
  ): Judged {
    // Servers log requests in the order in which they end. A clock that goes back would restart windows.
    if (record.timeMs > this.#nowMs) this.#nowMs = record.timeMs
    const verdict = judge(this.#sites, request, visitor, NO_CONNECTION, NO_RAY, overrides)
    // No phase waits: bodies are not judged, and the counters are in memory.
    if (verdict instanceof Promise) throw new Error('a phase waits for something')
    const { context, matches, action } = verdict
    const outcome = outcomeOf(action)
    if (outcome === 'pass' && record.status > 0) {
      context.responseWatch?.tell({ status: record.status, headers: [] })
    }
    if (outcome === 'pass' && matches.length === 0) {
      return { request, visitor, context, decision: PASS }
    }
    const rule = outcome === 'pass' ? undefined : verdict.rule
    return { request, visitor, context, decision: { outcome, rule, matches } }
  }
}

export interface JudgeOptions {
  readonly ruleset: Ruleset
  /** The rules to compare with. */
  readonly against?: Ruleset | undefined
  readonly sources: Sources
  readonly trust: readonly string[]
  /** Fields of the Rules language whose values the log contains. */
  readonly held: Iterable<string>
}

/** Judges the requests of one log by one or two rulesets, in the same phases as an edge. */
export class Judge {
  readonly #rules: Rules
  readonly #against: Rules | undefined
  readonly #identify: (request: RequestReader, address: string) => Visitor
  readonly #reads: Reads

  constructor({ ruleset, against, sources, trust, held }: JudgeOptions) {
    this.#rules = new Rules(ruleset)
    this.#against = against === undefined ? undefined : new Rules(against)
    const { identify } = createVisitors({ ...sources, trust })
    const whole = (request: RequestReader, remoteAddress: string) =>
      identify((name) => request.joined(name), { remoteAddress })
    const isOfAddress = trust.length === 0 && !readsBots(this.fields)
    this.#identify = isOfAddress
      ? remembering((address) => identify(noHeader, { remoteAddress: address }))
      : whole
    this.#reads = readsOf(held)
  }

  /** The fields that the rules read. */
  get fields(): ReadonlySet<string> {
    return new Set([...this.#rules.fields, ...(this.#against?.fields ?? [])])
  }

  /** Resolves when the modules that the rules need are imported. Await it before the first `judge`. */
  ready(): Promise<void> | undefined {
    return whenLoaded()
  }

  /** Judges one request. `before` is its result by the rules to compare with, or `undefined` without such rules. */
  judge(record: LogRecord): { now: Judged; before: Judged | undefined } {
    const { method, target: url, headers: rawHeaders, version: httpVersion } = record
    const request = readRequest(
      { method, url, rawHeaders, httpVersion },
      record.isTls,
      Number.isNaN(record.timeMs) ? 0 : record.timeMs
    )
    const visitor = this.#identify(request, record.address)
    const overrides =
      record.fields === undefined || this.#reads.length === 0
        ? NO_OVERRIDES
        : overridesOf(record.fields, this.#reads)
    return {
      now: this.#rules.judge(request, visitor, record, overrides),
      before: this.#against?.judge(request, visitor, record, overrides),
    }
  }
}
