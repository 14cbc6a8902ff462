import type { CountsData } from './counts.ts'
import { Counts, ownText } from './counts.ts'
import type { Judged } from './judge.ts'
import type { LogRecord } from './record.ts'

/** The properties of requests whose most frequent values the report lists. */
export const TOPICS = ['countries', 'networks', 'agents', 'paths', 'addresses'] as const
export type Topic = (typeof TOPICS)[number]

const EXAMPLES_OF_RULE = 3
const RULES_WITH_EXAMPLES = 200

/** The position of a line: the numbers of its log, of its chunk in the log, and of the line in the chunk, each from 0. */
export type Place = readonly [log: number, chunk: number, line: number]

/** One request as an example. Texts are binary strings, cut to the length of a key. */
export interface Example {
  readonly place: Place
  readonly timeMs: number
  readonly address: string
  readonly country: string
  readonly network: string
  readonly method: string
  readonly host: string
  readonly target: string
  readonly agent: string
  readonly status: number
  /** The outcome by the rules; `rule` is the index of the deciding rule, or -1 if there is none. */
  readonly outcome: string
  readonly rule: number
  /** The same by the rules to compare with. */
  readonly before?: { readonly outcome: string; readonly rule: number }
}

export interface GroupData {
  readonly count: number
  readonly topics: Readonly<Record<Topic, CountsData>>
  readonly rules: readonly (readonly [rule: number, count: number])[]
  readonly examples: readonly (readonly [rule: number, examples: readonly Example[]])[]
}

/** The country and the network of an address, as the report shows them. */
export interface Origin {
  readonly country: string
  readonly network: string
}

export const isBefore = (a: Place, b: Place): boolean =>
  a[0] !== b[0] ? a[0] < b[0] : a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2]

const NO_RULE = -1

const pathOf = (target: string): string => {
  const mark = target.indexOf('?')
  return mark < 0 ? target : target.slice(0, mark)
}

/** Counts a group of requests, such as those newly blocked, by topic and by rule, and keeps a few examples. */
export class Group {
  #count = 0
  readonly #topics: Record<Topic, Counts> = {
    countries: new Counts(),
    networks: new Counts(),
    agents: new Counts(),
    paths: new Counts(),
    addresses: new Counts(),
  }
  readonly #rules = new Map<number, number>()
  readonly #examples = new Map<number, Example[]>()

  add(
    record: LogRecord,
    { request, visitor }: Judged,
    origin: Origin,
    rule: number,
    makeExample: () => Example
  ): void {
    this.#count++
    this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + 1)
    const topics = this.#topics
    topics.countries.add(origin.country)
    topics.networks.add(origin.network)
    topics.agents.add(request.userAgent)
    topics.paths.add(pathOf(record.target))
    topics.addresses.add(visitor.ipText || record.address)
    const examples = this.#examples.get(rule)
    if (examples === undefined) {
      if (this.#examples.size < RULES_WITH_EXAMPLES) this.#examples.set(rule, [makeExample()])
    } else if (
      examples.length < EXAMPLES_OF_RULE &&
      !examples.some(({ address }) => address === visitor.ipText)
    ) {
      examples.push(makeExample())
    }
  }

  merge({ count, topics, rules, examples }: GroupData): void {
    this.#count += count
    for (const topic of TOPICS) this.#topics[topic].merge(topics[topic])
    for (const [rule, n] of rules) this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + n)
    for (const [rule, more] of examples) {
      const all = [...(this.#examples.get(rule) ?? []), ...more]
      all.sort((a, b) => (isBefore(a.place, b.place) ? -1 : 1))
      const seen = new Set<string>()
      const different = all.filter(({ address }) => !seen.has(address) && seen.add(address))
      this.#examples.set(rule, different.slice(0, EXAMPLES_OF_RULE))
    }
  }

  toData(): GroupData {
    const topics = Object.fromEntries(
      TOPICS.map((topic) => [topic, this.#topics[topic].toData()])
    ) as Record<Topic, CountsData>
    return {
      count: this.#count,
      topics,
      rules: [...this.#rules],
      examples: [...this.#examples],
    }
  }
}

export interface ExampleFacts {
  readonly record: LogRecord
  readonly judged: Judged
  readonly before: Judged | undefined
  readonly origin: Origin
  readonly place: Place
  readonly numberOf: (rule: Judged['decision']['rule'], isBefore: boolean) => number
}

export const exampleOf = ({
  record,
  judged: { request, visitor, decision },
  before,
  origin,
  place,
  numberOf,
}: ExampleFacts): Example => ({
  place,
  timeMs: record.timeMs,
  address: visitor.ipText || ownText(record.address),
  ...origin,
  method: ownText(record.method),
  host: ownText(request.hostname),
  target: ownText(record.target),
  agent: ownText(request.userAgent),
  status: record.status,
  outcome: decision.outcome,
  rule: numberOf(decision.rule, false),
  ...(before === undefined
    ? {}
    : {
        before: {
          outcome: before.decision.outcome,
          rule: numberOf(before.decision.rule, true),
        },
      }),
})

export const numberIn =
  (numbers: ReadonlyMap<unknown, number>) =>
  (rule: unknown): number =>
    rule === undefined ? NO_RULE : (numbers.get(rule) ?? NO_RULE)
