/** edge1020 on Node: rule files, the SQLite event store, country data, Hono and Node/Express mounts, the server. */
import cluster from 'node:cluster'
import { threadId } from 'node:worker_threads'
import type { MiddlewareHandler } from 'hono'
import type { Edge, EdgeOptions } from './edge.ts'
import { createEdge as createEdgeFrom, isEdge } from './edge.ts'
import type { EventStore } from './events/event.ts'
import { openStore } from './events/node/open.ts'
import type { HonoMountOptions } from './mount/hono.ts'
import { mountHono } from './mount/hono.ts'
import type { NodeMiddleware } from './mount/node/middleware.ts'
import { mountNode } from './mount/node/middleware.ts'
import { loadRules } from './rules/load.ts'
import { readRuleFiles } from './rules/node/files.ts'
import { rulesFromObjects } from './rules/objects.ts'
import type { Ruleset } from './rules/rule.ts'
import { geoipLite } from './visitor/node/geoip-lite.ts'

export type { Answer, AnswerOptions } from './answers/answer.ts'
export type { Edge, EdgeStats } from './edge.ts'
export type { Diagnostic } from './error.ts'
export { EdgeError } from './error.ts'
export type {
  EventFilter,
  EventStore,
  FindResult,
  MatchedField,
  SecurityEvent,
} from './events/event.ts'
export { memoryStore } from './events/memory.ts'
export type { HonoMountOptions } from './mount/hono.ts'
export type { NodeMiddleware } from './mount/node/middleware.ts'
export { parseRay } from './ray.ts'
export type { Rule, Ruleset } from './rules/rule.ts'
export type { Verdict, VerdictAction } from './verdict.ts'
export type { AsnSource, Connection, GeoSource, Visitor } from './visitor/visitor.ts'

/** Threads of one process are spread by an odd step, so that the first 256 differ. */
const THREAD_STEP = 37
const INSTANCES = 256
const DEFAULT_DATA_DIR = '.edge1020'

export interface Options extends Omit<EdgeOptions, 'ruleset' | 'store'> {
  /** Rule files or directories, or documents as objects. */
  rules: string | readonly string[] | object | readonly object[]
  /** `memory`, `sqlite:FILE`, or a store of your own. Default: SQLite at `<data>/events.db`. */
  store?: string | EventStore
  /** Told at load which rules read what this edge has no data for, and other findings. Default `console.warn`. */
  onWarning?: (warning: string) => void
  /** Directory of the default event store. Default `.edge1020`, where `edge1020 events` looks too. */
  data?: string
}

const isPaths = (rules: readonly unknown[]): rules is readonly string[] =>
  rules.length > 0 && rules.every((rule) => typeof rule === 'string')

const rulesetOf = (rules: Options['rules']): Ruleset => {
  const given: readonly unknown[] = Array.isArray(rules) ? rules : [rules]
  return isPaths(given) ? loadRules(readRuleFiles(given)) : rulesFromObjects(given)
}

/** Different for each worker process and thread of an application, so that their Ray IDs never collide. */
const ownInstance = () => ((cluster.worker?.id ?? process.pid) + threadId * THREAD_STEP) % INSTANCES

/**
 * An edge from rule files, with the event store and the country data that come with it.
 *
 * @throws EdgeError `invalid_rules`, `file_not_found`, `store_failed`, `geo_failed`, `invalid_trust`, `invalid_colo`, `invalid_body_limit`
 * @example
 * const edge = createEdge({ rules: 'rules/site.yaml' })
 * const { action, ray, event } = await edge.judge(request, request.socket)
 */
export const createEdge = ({
  rules,
  store,
  data = DEFAULT_DATA_DIR,
  geo = geoipLite(),
  instance = ownInstance(),
  onError = (error) => console.error(`edge1020: ${error.message}`),
  onWarning = (warning) => console.warn(`edge1020: ${warning}`),
  ...options
}: Options): Edge => {
  const ruleset = rulesetOf(rules)
  const opened = typeof store === 'object' ? store : openStore(store, { dataDir: data })
  const edge = createEdgeFrom({ ...options, ruleset, geo, instance, onError, store: opened })
  for (const warning of edge.warnings) onWarning(warning)
  return edge
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
