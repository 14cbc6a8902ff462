import type { Metric } from 'prom-client'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import packageJson from '../../package.json' with { type: 'json' }
import type { Edge } from '../edge.ts'
import type { SinkState } from '../events/state.ts'
import { allRules } from '../rules/rule.ts'
import { factsOf } from './facts.ts'
import { timingsMetric } from './histogram.ts'
import type { MetricsOptions } from './metrics.ts'

const MS_PER_SECOND = 1_000

/** One value, with its labels. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

interface Row {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  readonly type: 'counter' | 'gauge'
  read(edge: Edge, options: MetricsOptions): readonly Sample[]
}

const one = (value: number): readonly Sample[] => [[{}, value]]

const ofSinks = ({ store }: Edge, read: (sink: SinkState) => number): readonly Sample[] =>
  (store.state?.().sinks ?? []).map((sink): Sample => [{ sink: sink.name }, read(sink)])

const ageSeconds = (date: string): number => (Date.now() - Date.parse(date)) / MS_PER_SECOND

/** Every metric except the histogram. Labels come only from the owner's rules and sources, so visitors cannot create any. */
const ROWS: readonly Row[] = [
  {
    name: 'edge1020_info',
    help: 'Version and event store of the edge; always 1',
    labels: ['version', 'store'],
    type: 'gauge',
    read: ({ store }) => [[{ version: packageJson.version, store: store.name }, 1]],
  },
  {
    name: 'edge1020_requests_total',
    help: 'Requests that were judged',
    type: 'counter',
    read: ({ stats }) => one(stats.judged),
  },
  {
    name: 'edge1020_refusals_total',
    help: 'Requests that rules refused',
    type: 'counter',
    read: ({ stats }) => one(stats.blocked),
  },
  {
    name: 'edge1020_matches_total',
    help: 'Matches of rules, by phase, rule and action',
    labels: ['phase', 'rule', 'action'],
    type: 'counter',
    read: ({ stats }) =>
      [...stats.matches].map(({ phase, rule, action, count }) => [{ phase, rule, action }, count]),
  },
  {
    name: 'edge1020_rules',
    help: 'Rules in force',
    labels: ['state'],
    type: 'gauge',
    read: ({ ruleset }) => {
      const rules = allRules(ruleset)
      const enabled = rules.filter((rule) => rule.enabled).length
      return [
        [{ state: 'enabled' }, enabled],
        [{ state: 'disabled' }, rules.length - enabled],
      ]
    },
  },
  {
    name: 'edge1020_rules_reloads_total',
    help: 'How often other rules were put in force',
    type: 'counter',
    read: ({ stats }) => one(stats.reloads),
  },
  {
    name: 'edge1020_rules_reload_failures_total',
    help: 'How often rules that were read again were refused',
    type: 'counter',
    read: (_, { reloadFailures }) => one(reloadFailures?.() ?? 0),
  },
  {
    name: 'edge1020_rules_loaded_timestamp_seconds',
    help: 'When the rules in force were put in force',
    type: 'gauge',
    read: ({ stats }) => one(stats.rulesSinceMs / MS_PER_SECOND),
  },
  {
    name: 'edge1020_data_age_seconds',
    help: 'Age of the data on visitors and of the lists',
    labels: ['role', 'name'],
    type: 'gauge',
    read: (edge) =>
      factsOf(edge).flatMap(({ role, name, date }): Sample[] => {
        const age = ageSeconds(date)
        return Number.isNaN(age) ? [] : [[{ role, name }, age]]
      }),
  },
  {
    name: 'edge1020_rate_limit_keys',
    help: 'Keys that rate limits count in memory at this moment, by state',
    labels: ['state'],
    type: 'gauge',
    read: ({ stats: { rateLimits } }) => [
      [{ state: 'counted' }, rateLimits.keys],
      [{ state: 'limited' }, rateLimits.penalties],
    ],
  },
  {
    name: 'edge1020_rate_limit_evictions_total',
    help: 'Live counters and penalties that were forgotten for others, by state',
    labels: ['state'],
    type: 'counter',
    read: ({ stats: { rateLimits } }) => [
      [{ state: 'counted' }, rateLimits.evicted],
      [{ state: 'limited' }, rateLimits.penaltiesEvicted],
    ],
  },
  {
    name: 'edge1020_rate_limit_failed_open_total',
    help: 'Requests that were let through uncounted because the shared counters did not answer',
    type: 'counter',
    read: ({ stats }) => one(stats.rateLimits.failedOpen),
  },
  {
    name: 'edge1020_store_trouble',
    help: '1 while something keeps the event store from its work',
    type: 'gauge',
    read: ({ store }) => one(store.state?.().trouble === undefined ? 0 : 1),
  },
  {
    name: 'edge1020_store_waiting_events',
    help: 'Events that the store has accepted and not yet kept for good',
    type: 'gauge',
    read: ({ store }) => one(store.state?.().waiting ?? 0),
  },
  {
    name: 'edge1020_store_failures_total',
    help: 'Events that the store refused',
    type: 'counter',
    read: ({ stats }) => one(stats.lost),
  },
  {
    name: 'edge1020_store_lost_events_total',
    help: 'Events that are lost since the store was opened',
    type: 'counter',
    read: ({ store, stats }) => one(store.state?.().lost ?? stats.lost),
  },
  {
    name: 'edge1020_store_evicted_events_total',
    help: 'Events that were removed as too old, too many or too large, since the store was opened',
    type: 'counter',
    read: ({ store }) => one(store.state?.().evicted ?? 0),
  },
  {
    name: 'edge1020_store_gaps',
    help: 'Stretches of time in which events were lost',
    type: 'gauge',
    read: ({ store }) => one(store.state?.().gaps.length ?? 0),
  },
  {
    name: 'edge1020_sink_trouble',
    help: '1 while something keeps a sink of events from its work',
    labels: ['sink'],
    type: 'gauge',
    read: (edge) => ofSinks(edge, ({ trouble }) => (trouble === undefined ? 0 : 1)),
  },
  {
    name: 'edge1020_sink_waiting_events',
    help: 'Events that a sink has not delivered yet',
    labels: ['sink'],
    type: 'gauge',
    read: (edge) => ofSinks(edge, ({ waiting }) => waiting),
  },
  {
    name: 'edge1020_sink_delivered_events_total',
    help: 'Events that a sink has delivered',
    labels: ['sink'],
    type: 'counter',
    read: (edge) => ofSinks(edge, ({ delivered }) => delivered),
  },
  {
    name: 'edge1020_sink_dropped_events_total',
    help: 'Events that a sink had no room for or could not deliver',
    labels: ['sink'],
    type: 'counter',
    read: (edge) => ofSinks(edge, ({ dropped }) => dropped),
  },
]

/** Reads the edge at each scrape and stores no values. */
const metricOf = (
  { name, help, labels = [], type, read }: Row,
  edge: Edge,
  options: MetricsOptions
) => {
  const shape = { name, help, labelNames: labels, registers: [] }
  return type === 'counter'
    ? new Counter({
        ...shape,
        collect() {
          this.reset()
          for (const [own, value] of read(edge, options)) this.inc(own, value)
        },
      })
    : new Gauge({
        ...shape,
        collect() {
          this.reset()
          for (const [own, value] of read(edge, options)) this.set(own, value)
        },
      })
}

/** The metrics of one edge, for any registry. */
export const edgeMetricsOf = (edge: Edge, options: MetricsOptions): Metric[] => [
  ...ROWS.map((row) => metricOf(row, edge, options)),
  timingsMetric(edge),
]

/** A separate registry. */
export const createRegistry = (edge: Edge, options: MetricsOptions): Registry => {
  const registry = new Registry()
  for (const metric of edgeMetricsOf(edge, options)) registry.registerMetric(metric)
  if (options.process === true) collectDefaultMetrics({ register: registry })
  return registry
}
