/** edge1020 on Node: rule files, the SQLite event store, country data, Hono and Node/Express mounts, the server. */
import cluster from 'node:cluster'
import { threadId } from 'node:worker_threads'
import type { MiddlewareHandler } from 'hono'
import type { AnswerOptions } from './answers/answer.ts'
import { languages } from './answers/languages/all.ts'
import { coders } from './answers/node/coders.ts'
import { readPageFile } from './answers/node/own-page-file.ts'
import { createControl } from './control/control.ts'
import { rememberControl } from './control/controls.ts'
import { DATA_DIRECTORY } from './directory.ts'
import type { Edge, EdgeOptions } from './edge.ts'
import { createEdge as createEdgeFrom, isEdge } from './edge.ts'
import type { EventStore } from './events/event.ts'
import { openStore } from './events/node/open.ts'
import type { SinkName } from './events/node/open-sinks.ts'
import { openSinks } from './events/node/open-sinks.ts'
import type { StoreOptions } from './events/node/store-options.ts'
import type { EventSink } from './events/sink.ts'
import { withSinks } from './events/with-sinks.ts'
import { loadRulePaths } from './import/node/load.ts'
import type { Lists } from './language/compile.ts'
import type { Counters } from './limits/counters.ts'
import type { CountersName } from './limits/node/open.ts'
import { openCounters } from './limits/node/open.ts'
import type { ListEntries } from './lists/named.ts'
import { listsOf } from './lists/named.ts'
import { rememberFacts } from './metrics/facts.ts'
import type { HonoMountOptions } from './mount/hono.ts'
import { mountHono } from './mount/hono.ts'
import type { NodeMiddleware } from './mount/node/middleware.ts'
import { mountNode } from './mount/node/middleware.ts'
import { checkOptions } from './options.ts'
import { readPersonaFiles } from './personas/node/files.ts'
import { joinLists } from './rules/lists.ts'
import { documentsOf, rulesFromObjects } from './rules/objects.ts'
import type { Ruleset } from './rules/rule.ts'
import type { Served, ServeOptions } from './server/serve.ts'
import type { StoreName } from './store-name.ts'
import { checkStoreOptions } from './store-name.ts'
import { parseFeedSpec } from './visitor/feeds/spec.ts'
import type { BotsMode, OpenedSources } from './visitor/node/sources.ts'
import { openSources } from './visitor/node/sources.ts'
import type { AsnSource, BotSource, GeoSource } from './visitor/visitor.ts'
import { wholeEdge } from './whole.ts'

export { readPageFile } from './answers/node/own-page-file.ts'
export { eventFields } from './events/fields.ts'
export type { HttpSinkOptions } from './events/node/http-sink.ts'
export { httpSink } from './events/node/http-sink.ts'
export type { NdjsonSinkOptions } from './events/node/ndjson-sink.ts'
export { ndjsonSink } from './events/node/ndjson-sink.ts'
export type { SinkName } from './events/node/open-sinks.ts'
export type { PostgresOptions, PostgresStore } from './events/node/postgres.ts'
export { postgresStore } from './events/node/postgres.ts'
export type { SqliteOptions, SqliteStore } from './events/node/sqlite.ts'
export { sqliteStore } from './events/node/sqlite.ts'
export * from './exports.ts'
export type { CountersName } from './limits/node/open.ts'
export type { RedisCounterOptions } from './limits/node/redis.ts'
export { redisCounters } from './limits/node/redis.ts'
export type { EdgeMetrics, MetricsOptions } from './metrics/metrics.ts'
export { metrics } from './metrics/metrics.ts'
export type { TraceSource, TraceSpan } from './metrics/tracing.ts'
export { traced } from './metrics/tracing.ts'
export type { NodeMiddleware } from './mount/node/middleware.ts'
export type { AdminServeOptions } from './server/edge-admin.ts'
export type { Served, ServeOptions } from './server/serve.ts'
export type { BotOptions } from './visitor/bots/bots.ts'
export { createBots } from './visitor/bots/bots.ts'
export { readBotRanges } from './visitor/node/bot-ranges.ts'
export { reverseDns } from './visitor/node/reverse-dns.ts'

// On Node the size of a program does not matter, so no request has to wait for a module.
wholeEdge()

/** An odd step between the threads of one process, so the first 256 differ. */
const THREAD_STEP = 37
const INSTANCES = 256

/** Variables in the form of `terraform plan -var` and `-var-file`. The edge also reads `TF_VAR_…` and `terraform.tfvars`. */
export interface TerraformValues {
  /** Values as `NAME=VALUE`. */
  vars?: readonly string[]
  /** Files with values. */
  varFiles?: readonly string[]
}

/** How a store in SQLite or PostgreSQL keeps events. */
export type EventOptions = Pick<
  StoreOptions,
  'durability' | 'onStoreFailure' | 'maxAgeDays' | 'maxBytes' | 'maxEvents' | 'maxHeldBytes'
>

export interface Options
  extends Omit<
    EdgeOptions,
    'ruleset' | 'store' | 'geo' | 'asn' | 'bots' | 'personas' | 'counters'
  > {
  /**
   * Rule files or directories: edge1020's own, documents of Cloudflare's API, Terraform or OpenTofu folders, plans and states.
   * Or a list of rules as objects, or documents `{ rules: [ … ] }`, one or several.
   */
  rules: string | readonly string[] | object | readonly object[]
  /** Values of variables for a Terraform folder in `rules`. */
  terraform?: TerraformValues
  /** `memory`, `none`, `sqlite:FILE`, `postgres://HOST/DATABASE`, or a store of your own. Default: SQLite at `<data>/events.db`. */
  store?: StoreName | EventStore
  /**
   * Counts for rate limits: `memory` (default), `memory:MAXKEYS`, `redis://HOST:PORT` which several edges share, or counters of
   * your own.
   */
  counters?: CountersName | Counters
  /** How the store in SQLite or PostgreSQL keeps events: for how long, and what happens while nothing can be written. */
  events?: EventOptions
  /**
   * Where events go besides the store: `ndjson:FILE`, the URL of a collector, or sinks of your own. No visitor waits for them.
   */
  sinks?: readonly (SinkName | EventSink)[]
  /** Gets warnings at load: rules that read fields without data, and other findings. Default `console.warn`. */
  onWarning?: (warning: string) => void
  /** Directory for the default event store and downloaded data. Default `.edge1020`, as for the commands. */
  data?: string
  /**
   * MaxMind-format databases (country or city, ASN, anonymous IP), the word `geoip-lite`, or a source of your own. Default: the
   * countries of `@ip-location-db/geo-whois-asn-country-mmdb`, and geoip-lite's places if a rule reads one.
   */
  geo?: GeoSource | string | readonly string[]
  /**
   * A TSV of iptoasn.com, or a source of your own. Default: the newer of the `edge1020 update asn` download in `data` and
   * `@ip-location-db/asn`, which has the networks of the whole Internet.
   */
  asn?: AsnSource | string
  /** Reputation feeds in the form of `--feed`: `drop=drop.txt,weight=90`. This one fills the list `$drop` and the score. */
  feeds?: readonly string[]
  /** Bot detection: `on` (default), `off`, `dns` (also confirms bots by reverse DNS), or a source of your own. */
  bots?: BotSource | BotsMode
  /**
   * Contents of `$lists` that no feed fills: entries by name, `{ office: ['192.0.2.0/24'], shops: ['*.shop.test'] }`, or sets
   * of your own.
   */
  lists?: Lists | Readonly<Record<string, ListEntries>>
  /** Files with more named visitors for `x-edge-as`, besides the built-in ones. */
  personas?: string | readonly string[]
}

const isPaths = (rules: readonly unknown[]): rules is readonly string[] =>
  rules.length > 0 && rules.every((rule) => typeof rule === 'string')

const rulesetOf = (
  rules: Options['rules'],
  lists: Lists,
  { vars, varFiles }: TerraformValues,
  front: readonly unknown[]
): Ruleset => {
  const given: readonly unknown[] = Array.isArray(rules) ? rules : [rules]
  return isPaths(given)
    ? loadRulePaths(given, {
        lists,
        readPage: readPageFile,
        vars,
        varFiles,
        env: process.env,
        front,
      })
    : rulesFromObjects([...front, ...documentsOf(rules)], { lists, readPage: readPageFile })
}

/** On Node languages and coders are at hand: no request waits for them. */
const answersOf = (options: AnswerOptions = {}): AnswerOptions => ({
  coders,
  ...options,
  ...(options.languages === true ? { languages } : {}),
})

/** Sets come by functions, entries by the names of their lists. */
const isLists = (lists: NonNullable<Options['lists']>): lists is Lists =>
  Object.values(lists).every((list) => typeof list === 'function')

const isSource = <T extends object>(
  value: T | string | readonly string[] | undefined
): value is T => typeof value === 'object' && !Array.isArray(value)

const texts = (value: string | readonly string[] | object | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value : []

/** For an edge that gets all its sources from its program. */
const NO_SOURCES: Pick<OpenedSources, 'reputation' | 'lists' | 'facts' | 'close'> &
  Partial<OpenedSources> = {
  reputation: undefined,
  lists: { ip: () => undefined, int: () => undefined, string: () => undefined },
  facts: () => [],
  close: () => {},
}

/** Different for each worker process and thread of an application, so that their Ray IDs never collide. */
const ownInstance = () => ((cluster.worker?.id ?? process.pid) + threadId * THREAD_STEP) % INSTANCES

/**
 * An edge from rule files, with the event store and the country data that come with it.
 *
 * @param control for `edge1020/testing`
 * @throws EdgeError `invalid_rules`, `file_not_found`, `store_failed`, `geo_failed`, `asn_failed`, `invalid_feed`, `feed_missing`,
 * `invalid_option`, `invalid_personas`, `invalid_trust`, `invalid_colo`, `invalid_body_limit`
 * @example
 * const edge = createEdge({ rules: 'rules/site.yaml' })
 * const { action, ray, event } = await edge.judge(request, request.socket)
 */
export const createEdge = (
  given: Options,
  control = given?.overrides === true ? createControl() : undefined
): Edge => {
  checkOptions(given, { takesNames: true })
  checkStoreOptions(given.store, given.events, given.sinks)
  const {
    rules,
    store,
    events,
    data = DATA_DIRECTORY,
    geo,
    asn,
    feeds = [],
    bots,
    lists = {},
    terraform = {},
    personas,
    counters,
    sinks = [],
    instance = ownInstance(),
    onError = (error) => console.error(`edge1020: ${error.message}`),
    onWarning = (warning) => console.warn(`edge1020: ${warning}`),
    ...options
  } = given
  const isGiven = isSource(geo) && isSource(asn) && isSource(bots) && feeds.length === 0
  const sources = isGiven
    ? NO_SOURCES
    : openSources({
        data,
        geo: texts(geo),
        asn: typeof asn === 'string' ? asn : undefined,
        feeds: feeds.map(parseFeedSpec),
        bots: typeof bots === 'string' ? bots : isSource(bots) ? 'off' : 'on',
        mayCompileLater: true,
        onError,
      })
  let opened: EventStore | undefined
  let openedSinks: EventSink[] = []
  let counting: Counters | undefined
  try {
    const known = joinLists(isLists(lists) ? lists : listsOf(lists), sources.lists)
    const load = (front: readonly unknown[]) => rulesetOf(rules, known, terraform, front)
    const ruleset = load([])
    const spec = counters ?? (control && 'memory')
    const open = (now?: () => number) =>
      openCounters(spec as CountersName, { onError, onWarning, now })
    if (typeof spec !== 'string') counting = spec
    else if (control === undefined || !spec.startsWith('memory')) counting = open()
    else counting = control.countersOf(() => open(control.clock.now))
    opened =
      typeof store === 'object'
        ? store
        : openStore(store, {
            ...events,
            dataDir: data,
            onTrouble: onError,
            onNotice: onWarning,
          })
    openedSinks = openSinks(sinks, { onTrouble: onError, onNotice: onWarning })
    const edge = createEdgeFrom({
      reputation: sources.reputation,
      ...options,
      answers: answersOf(options.answers),
      ruleset,
      geo: isSource(geo) ? geo : sources.geo,
      asn: isSource(asn) ? asn : sources.asn,
      bots: isSource(bots) ? bots : sources.bots,
      ...(options.overrides === true ? { personas: readPersonaFiles(texts(personas)) } : {}),
      ...(counting === undefined ? {} : { counters: counting }),
      instance,
      onError,
      tests: control?.hooks,
      onClose: () => {
        sources.close()
        options.onClose?.()
      },
      store: withSinks(opened, openedSinks),
    })
    rememberFacts(edge, sources.facts)
    if (control !== undefined) {
      control.attach({ load, replace: edge.replaceRules })
      rememberControl(edge, control)
    }
    for (const { role, warning } of sources.facts()) {
      if (role === 'feed' && warning !== undefined) onWarning(warning)
    }
    for (const warning of edge.warnings) onWarning(warning)
    return edge
  } catch (error) {
    sources.close()
    // The caller closes its own store. Our store has no pending writes, and `error` is more useful than an error of closing.
    if (opened !== store) opened?.close().catch(onError)
    for (const sink of openedSinks) sink.close().catch(onError)
    if (counting !== counters) counting?.close().catch(onError)
    throw error
  }
}

/**
 * Hono middleware: judges each request and answers the blocked ones.
 *
 * @example
 * app.use(edge1020({ rules: 'rules/site.yaml' }))
 */
export const edge1020 = (options: (Options & HonoMountOptions) | Edge): MiddlewareHandler =>
  isEdge(options) ? mountHono(options) : mountHono(createEdge(options), options)

/**
 * Middleware for Express, Connect and plain `node:http`.
 *
 * @example
 * app.use(nodeMiddleware({ rules: 'rules/site.yaml' }))
 */
export const nodeMiddleware = (options: Options | Edge): NodeMiddleware =>
  mountNode(isEdge(options) ? options : createEdge(options))

/**
 * Runs the edge as a reverse proxy with its admin port, as `edge1020 serve` does. Its modules load at the first call.
 *
 * @throws EdgeError `port_in_use`, `invalid_host`, `invalid_upstream`, `invalid_tls`, after it has stopped the parts that had started
 * @example const { url, close } = await serve({ edge, upstream: 'http://127.0.0.1:3000', port: 8020 })
 */
export const serve = async (options: ServeOptions): Promise<Served> =>
  (await import('./server/serve.ts')).serve(options)
