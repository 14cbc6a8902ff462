import type { Registry } from 'prom-client'
import type { Edge } from '../edge.ts'

/** Prometheus' text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface MetricsOptions {
  /** Adds the process' own: processor, memory, event loop, collections. Default false. */
  process?: boolean
  /** How often rules that were read again were refused. */
  reloadFailures?: () => number
}

/** What an edge tells Prometheus. */
export interface EdgeMetrics {
  /** `Content-Type` of the text. */
  readonly contentType: string
  /** The metrics as they are now. */
  text(): Promise<string>
  /** Adds them to a registry of prom-client that the app has already. */
  addTo(registry: Pick<Registry, 'registerMetric'>): Promise<void>
}

/**
 * The metrics of an edge, for a route of your own. prom-client loads with the first call, and the edge's counters are read when
 * somebody asks: no request pays for either.
 *
 * @example
 * const edgeMetrics = metrics(edge)
 * app.get('/metrics', async (c) => c.body(await edgeMetrics.text(), 200, { 'content-type': edgeMetrics.contentType }))
 */
export const metrics = (edge: Edge, options: MetricsOptions = {}): EdgeMetrics => {
  let own: Promise<Registry> | undefined
  const load = async (): Promise<Registry> => {
    const { createRegistry } = await import('./registry.ts')
    return createRegistry(edge, options)
  }
  return {
    contentType: METRICS_TYPE,
    text: async () => {
      own ??= load()
      return (await own).metrics()
    },
    addTo: async (registry) => {
      const { edgeMetricsOf } = await import('./registry.ts')
      for (const metric of edgeMetricsOf(edge, options)) registry.registerMetric(metric)
    },
  }
}
