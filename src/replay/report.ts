import { toText } from '../language/bytes.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { CountsData } from './counts.ts'
import { Counts } from './counts.ts'
import type { Example, GroupData, Place, Topic } from './group.ts'
import { TOPICS } from './group.ts'
import type { Unjudged } from './judgeable.ts'
import type { Missing } from './needs.ts'
import type { Replayed, ReplayedLog } from './replay.ts'
import { lineNumber } from './replay.ts'
import type { GroupName, TallyData } from './tally.ts'

/** A rule as the report shows it. */
export interface NamedRule {
  readonly id: string
  readonly name: string
  readonly action: string
  readonly file: string
  /** The line in the file, from 1; 0 if the rule does not come from a file. */
  readonly line: number
}

export interface RuleReport extends NamedRule {
  /** The number of requests that the rule matched. */
  readonly matched: number
  /** The number of requests that the rule blocked or challenged. */
  readonly decided: number
}

export interface TopEntry {
  readonly value: string
  readonly count: number
}

export interface TopicReport {
  readonly entries: readonly TopEntry[]
  /** The number of different values; a lower bound if `isExact` is false. */
  readonly different: number
  /** False if rare values were dropped to bound the memory. Counts are then lower bounds. */
  readonly isExact: boolean
}

export interface ExampleReport {
  readonly log: string
  readonly line: number
  /** ISO 8601; absent if the log has no time. */
  readonly time?: string
  readonly address: string
  readonly country: string
  readonly network: string
  readonly method: string
  readonly host: string
  readonly target: string
  readonly agent: string
  /** The status in the log; absent if the log has none. */
  readonly status?: number
  readonly outcome: string
  readonly rule?: string
  /** The result by the rules to compare with. */
  readonly before?: { readonly outcome: string; readonly rule?: string }
}

export interface GroupReport {
  readonly count: number
  /** The share of the judged requests, from 0 to 1. */
  readonly share: number
  readonly rules: readonly { readonly rule: NamedRule | undefined; readonly count: number }[]
  readonly top: Readonly<Record<Topic, TopicReport>>
  readonly examples: readonly ExampleReport[]
}

export interface UnjudgedReport {
  readonly rule: NamedRule
  readonly missing: readonly { readonly field: string; readonly what: string }[]
  /** The names of the logs that lack the data. The rule is judged for other logs. */
  readonly logs: readonly string[]
}

export interface OutcomeCounts {
  readonly pass: number
  readonly challenge: number
  readonly block: number
}

export interface ReplayReport {
  readonly logs: readonly {
    readonly name: string
    readonly format: string
    readonly packing?: string
    /** A fact about the format that the reader of the report needs. */
    readonly note?: string
    readonly lines: number
    readonly problem?: string
  }[]
  readonly rules: RulesReport
  readonly against?: RulesReport
  readonly from?: string
  readonly to?: string
  readonly lines: number
  /** The number of judged requests. */
  readonly requests: number
  readonly outcomes: OutcomeCounts
  readonly outcomesBefore?: OutcomeCounts
  /** The number of requests for a host outside all zones of the rules. The edge refuses them with 1023. */
  readonly noZone: number
  /** The number of requests without a readable address. */
  readonly noAddress: number
  readonly refused: GroupReport
  readonly difference?: Readonly<Record<Exclude<GroupName, 'refused'>, GroupReport>>
  /** The outcomes of the requests, by the status that the server answered. */
  readonly statuses: readonly ({ readonly status: number } & OutcomeCounts)[]
  readonly skipped: {
    readonly broken: number
    readonly comments: number
    readonly withoutRequest: number
    readonly outsideTime: number
    readonly notSampled: number
  }
  readonly broken: readonly {
    readonly log: string
    readonly line: number
    readonly reason: string
    readonly text: string
  }[]
  readonly timeline: {
    readonly bucketSeconds: number
    readonly buckets: readonly {
      readonly time: string
      readonly requests: number
      readonly refused: number
      readonly newlyRefused: number
      readonly newlyPassed: number
    }[]
  }
  readonly threads: number
  readonly elapsedMs: number
  readonly linesPerSecond: number
}

export interface RulesReport {
  readonly files: readonly string[]
  readonly enabled: number
  /** The rules that matched a request. Those that decided most often come first. */
  readonly matched: readonly RuleReport[]
  /** The enabled and judged rules that matched no request. */
  readonly silent: readonly NamedRule[]
  readonly unjudged: readonly UnjudgedReport[]
  /** The rate limiting rules that were judged. Their clock is the time in the log. */
  readonly counting: readonly NamedRule[]
}

const MS_PER_SECOND = 1_000
const isTime = (ms: number) => Number.isFinite(ms) && Math.abs(ms) <= 8.64e15
const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

const named = ({ id, name, action, file, line }: Rule): NamedRule => ({
  id,
  name,
  action,
  file,
  line,
})

const unjudgedOf = (
  logs: readonly ReplayedLog[],
  of: (log: ReplayedLog) => readonly Unjudged[]
): UnjudgedReport[] => {
  const found = new Map<Rule, { missing: Map<string, Missing>; logs: string[] }>()
  for (const log of logs) {
    for (const { rule, missing } of of(log)) {
      const known = found.get(rule) ?? { missing: new Map<string, Missing>(), logs: [] }
      known.logs.push(log.name)
      for (const one of missing) known.missing.set(`${one.field} ${one.what}`, one)
      found.set(rule, known)
    }
  }
  return [...found].map(([rule, { missing, logs: names }]) => ({
    rule: named(rule),
    missing: [...missing.values()],
    logs: names,
  }))
}

const rulesReport = (
  ruleset: Ruleset,
  counts: TallyData['rules'],
  unjudged: UnjudgedReport[],
  logs: number
): RulesReport => {
  const all = allRules(ruleset)
  const enabled = all.filter((rule) => rule.enabled)
  const matched = counts
    .map(
      ([number, [matches, decided]]): RuleReport => ({
        ...named(all[number]!),
        matched: matches,
        decided,
      })
    )
    .sort((a, b) => b.decided - a.decided || b.matched - a.matched || (a.id < b.id ? -1 : 1))
  const heard = new Set(counts.map(([number]) => all[number]))
  const never = new Set(
    unjudged.filter((one) => one.logs.length >= logs).map(({ rule }) => rule.id)
  )
  return {
    files: ruleset.files,
    enabled: enabled.length,
    matched,
    silent: enabled.filter((rule) => !heard.has(rule) && !never.has(rule.id)).map(named),
    unjudged,
    counting: enabled.filter((rule) => 'period' in rule && !never.has(rule.id)).map(named),
  }
}

const topicReport = (data: CountsData, limit: number): TopicReport => {
  const counts = new Counts()
  counts.merge(data)
  return {
    entries: counts.top(limit).map(([value, count]) => ({ value: toText(value), count })),
    different: counts.size,
    isExact: counts.short === 0,
  }
}

/**
 * Returns the report of a replay as plain data, the same that `--json` prints. Escape its texts before they go to a terminal or a
 * page: they come from the log.
 *
 * @param top the most values of each list
 */
export const reportOf = (replayed: Replayed, top: number): ReplayReport => {
  const { desk, logs, tally, threads, elapsedMs } = replayed
  const rules = allRules(desk.ruleset)
  const rulesBefore = desk.against === undefined ? [] : allRules(desk.against)
  const { judged } = tally

  const at = ([log, chunk, line]: Place) => ({
    log: logs[log]!.name,
    line: lineNumber(logs[log]!, chunk, line),
  })
  const exampleReport = (example: Example): ExampleReport => {
    const { place, timeMs, address, country, network, method, host, target, agent } = example
    const { status, outcome, rule, before } = example
    const name = rules[rule]?.name
    const nameBefore = before && rulesBefore[before.rule]?.name
    return {
      ...at(place),
      ...(isTime(timeMs) ? { time: iso(timeMs) } : {}),
      address: toText(address),
      country,
      network,
      method: toText(method),
      host: toText(host),
      target: toText(target),
      agent: toText(agent),
      ...(status > 0 ? { status } : {}),
      outcome,
      ...(name === undefined ? {} : { rule: name }),
      ...(before === undefined
        ? {}
        : {
            before: {
              outcome: before.outcome,
              ...(nameBefore === undefined ? {} : { rule: nameBefore }),
            },
          }),
    }
  }
  const groupReport = (name: GroupName, data: GroupData): GroupReport => {
    const own = name === 'newly_passed' ? rulesBefore : rules
    const counts = [...data.rules].sort(([a, m], [b, n]) => n - m || a - b)
    const examples = new Map(data.examples)
    return {
      count: data.count,
      share: judged === 0 ? 0 : data.count / judged,
      rules: counts.map(([rule, count]) => ({ rule: own[rule] && named(own[rule]), count })),
      top: Object.fromEntries(
        TOPICS.map((topic) => [topic, topicReport(data.topics[topic], top)])
      ) as Record<Topic, TopicReport>,
      examples: counts
        .flatMap(([rule]) => examples.get(rule) ?? [])
        .slice(0, top * 3)
        .map(exampleReport),
    }
  }
  const { refused, newly_blocked, newly_challenged, newly_passed, other_answer } = tally.groups
  const { bucketMs, buckets } = tally.timeline
  const logCount = logs.filter(({ format }) => format !== 'empty').length
  return {
    logs: logs.map(({ name, format, packing, note, lines, problem }) => ({
      name,
      format,
      ...(packing === undefined ? {} : { packing }),
      ...(note === undefined ? {} : { note }),
      lines,
      ...(problem === undefined ? {} : { problem }),
    })),
    rules: rulesReport(
      desk.ruleset,
      tally.rules,
      unjudgedOf(logs, (log) => log.unjudged),
      logCount
    ),
    ...(desk.against === undefined
      ? {}
      : {
          against: rulesReport(
            desk.against,
            tally.rulesBefore,
            unjudgedOf(logs, (log) => log.unjudgedAgainst),
            logCount
          ),
        }),
    ...(isTime(tally.firstMs) && isTime(tally.lastMs)
      ? { from: iso(tally.firstMs), to: iso(tally.lastMs) }
      : {}),
    lines: tally.lines,
    requests: judged,
    outcomes: tally.outcomes,
    ...(desk.against === undefined ? {} : { outcomesBefore: tally.before }),
    noZone: tally.nowhere,
    noAddress: tally.noAddress,
    refused: groupReport('refused', refused),
    ...(desk.against === undefined
      ? {}
      : {
          difference: {
            newly_blocked: groupReport('newly_blocked', newly_blocked),
            newly_challenged: groupReport('newly_challenged', newly_challenged),
            newly_passed: groupReport('newly_passed', newly_passed),
            other_answer: groupReport('other_answer', other_answer),
          },
        }),
    statuses: [...tally.statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, [pass, challenge, block]]) => ({ status, pass, challenge, block })),
    skipped: {
      broken: tally.broken,
      comments: tally.comments,
      withoutRequest: tally.noRequest,
      outsideTime: tally.outside,
      notSampled: tally.left,
    },
    broken: tally.brokenExamples.map(({ place, reason, text }) => ({
      ...at(place),
      reason,
      text: toText(text),
    })),
    timeline: {
      bucketSeconds: bucketMs / MS_PER_SECOND,
      buckets: buckets.map(([start, [requests, refusedThen, newlyRefused, newlyPassed]]) => ({
        time: iso(start),
        requests,
        refused: refusedThen,
        newlyRefused,
        newlyPassed,
      })),
    },
    threads,
    elapsedMs,
    linesPerSecond: elapsedMs === 0 ? 0 : Math.round((tally.lines / elapsedMs) * MS_PER_SECOND),
  }
}
