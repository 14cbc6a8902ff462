import { createAudit } from '../admin/audit.ts'
import { controlOf } from '../control/controls.ts'
import type { RuleDesk } from '../dashboard/desk.ts'
import type { Edge } from '../edge.ts'
import { factsOf } from '../metrics/facts.ts'
import { metrics } from '../metrics/metrics.ts'
import { allRules } from '../rules/rule.ts'
import type { AdminServer } from './admin.ts'
import { startAdmin } from './admin.ts'
import type { TlsOption } from './certificate.ts'
import { edgeTrials } from './edge-trials.ts'
import type { Reloader } from './reload.ts'

/** The admin port of `serve`, if it differs from the default: on loopback, without a token. */
export interface AdminServeOptions {
  /** Address to listen on. Default `127.0.0.1`. Beyond loopback the port requires a token. */
  host?: string | undefined
  /**
   * The token of callers: 16 to 512 characters. Default: none on loopback; elsewhere a generated one, in
   * `Served.adminToken`.
   */
  token?: string | undefined
  /** Further host names that the port accepts. It always accepts `localhost` and addresses. */
  names?: readonly string[]
  /** Refuses every change of the edge. */
  readOnly?: boolean
  /** HTTPS, with the certificate of the visitors' port or one of its own. */
  tls?: TlsOption | undefined
  /** Gets one line of JSON for each change and login. Default: memory only. */
  auditFile?: string | undefined
  /** Counts of made-up visitors, if there are any, for the dashboard. */
  demoStats?: (() => { readonly judged: number; readonly blocked: number }) | undefined
  /** Lets the dashboard try and write rules; without it, the dashboard only shows them. */
  desk?: RuleDesk | undefined
  /** Names of the visitors that the dashboard can use for a request. */
  personas?: readonly string[]
  /** Reads the rules again, for `POST /api/rules/reload`. */
  reloader?: Reloader | undefined
}

const countsOf = ({ ruleset }: Edge) => {
  const rules = allRules(ruleset)
  return { enabled: rules.filter((rule) => rule.enabled).length, total: rules.length }
}

/** The admin side of one edge. @throws EdgeError as `startAdmin` */
export const startEdgeAdmin = async (
  edge: Edge,
  { names, auditFile, reloader, demoStats, desk, personas, ...options }: AdminServeOptions,
  listening: {
    port: number
    portOption: string
    onError: (error: unknown) => void
    /** The visitors' port, for examples. */
    visitorUrl?: string
  }
): Promise<AdminServer> => {
  const reload = async ({ reload: again }: Reloader) => {
    await again()
    const { ruleset, warnings } = edge
    return { rules: countsOf(edge), files: ruleset.files, warnings }
  }
  const { visitorUrl, ...listen } = listening
  // Apps that mount an edge never need these pages.
  const { dashboard } = await import('../dashboard/dashboard.ts')
  return startAdmin({
    ...options,
    ...listen,
    pages: dashboard({
      edge,
      facts: () => factsOf(edge),
      readOnly: options.readOnly === true,
      reloadProblem: () => reloader?.problem,
      demoStats,
      desk,
      personas,
      visitorUrl: () => visitorUrl,
    }),
    hosts: names ?? [],
    store: edge.store,
    tests: controlOf(edge),
    audit: createAudit(auditFile),
    reload: reloader === undefined ? undefined : () => reload(reloader),
    trials: edgeTrials(edge),
    zones: () => edge.ruleset.zones.map(({ name }) => name),
    metrics: metrics(edge, { process: true, reloadFailures: () => reloader?.failures ?? 0 }),
    health: () => ({
      rules: countsOf(edge),
      ...(reloader?.problem === undefined ? {} : { problem: reloader.problem }),
      judged: edge.stats.judged,
      blocked: edge.stats.blocked,
      storeFailures: edge.stats.lost,
      rateLimits: { ...edge.stats.rateLimits },
    }),
  })
}
