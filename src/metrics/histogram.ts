import type { Metric } from 'prom-client'
import type { Edge } from '../edge.ts'

const MS_PER_SECOND = 1_000
const NAME = 'edge1020_judging_seconds'
const HELP =
  'Time to judge a request without waiting for its body or the store; one request in sixty-four'

interface Value {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** In Prometheus a bucket also includes the counts of all smaller buckets. */
const valuesOf = ({ stats: { timings } }: Edge): Value[] => {
  const { boundsMs, counts, sumMs } = timings
  let total = 0
  const buckets = [...boundsMs, Number.POSITIVE_INFINITY].map((boundMs, i): Value => {
    total += counts[i]!
    const le = boundMs === Number.POSITIVE_INFINITY ? '+Inf' : boundMs / MS_PER_SECOND
    return { metricName: `${NAME}_bucket`, labels: { le }, value: total }
  })
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels: {}, value: sumMs / MS_PER_SECOND },
    { metricName: `${NAME}_count`, labels: {}, value: total },
  ]
}

/**
 * The judging time. The edge counts in buckets of its own, because prom-client's `observe` costs too much per request. This object
 * passes them to a registry, which only calls `get()`. prom-client has types only for its own classes.
 */
export const timingsMetric = (edge: Edge): Metric =>
  ({
    name: NAME,
    help: HELP,
    reset: () => {},
    get: async () => ({
      name: NAME,
      help: HELP,
      type: 'histogram',
      aggregator: 'sum',
      values: valuesOf(edge),
    }),
  }) as unknown as Metric
