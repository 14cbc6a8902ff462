import type { Registry } from 'prom-client'
import type { Edge } from '../edge.ts'

/** Prometheus' text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface MetricsOptions {
  /** Adds the metrics of the process: CPU, memory, event loop, garbage collections. Default false. */
  process?: boolean
  /** The number of failed reloads. */
  reloadFailures?: () => number
}

/** The metrics of an edge for Prometheus. */
export interface EdgeMetrics {
  /** `Content-Type` of the text. */
  readonly contentType: string
  /** The current metrics as text. */
  text(): Promise<string>
  /** Adds the metrics to an existing prom-client registry of the app. */
  addTo(registry: Pick<Registry, 'registerMetric'>): Promise<void>
}

/**
 * The metrics of an edge, for a route of your own. prom-client loads at the first call, and each call reads the edge's counters.
 * Requests do not pay for either.
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
