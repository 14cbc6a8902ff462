/**
 * edge1020 for any runtime. It imports nothing from Node; the caller passes the store and the country data.
 * On Node, `edge1020/node` adds rule files, the SQLite store and the country data. `edge1020/data` has tables that only some edges
 * need.
 */
import type { MiddlewareHandler } from 'hono'
import type { Edge, EdgeOptions } from './edge.ts'
import { createEdge as createEdgeFrom, isEdge } from './edge.ts'
import type { EventStore } from './events/event.ts'
import { memoryStore } from './events/memory.ts'
import type { HonoMountOptions } from './mount/hono.ts'
import { mountHono } from './mount/hono.ts'
import { checkOptions } from './options.ts'
import { documentsOf, readObjectsLater } from './rules/objects.ts'

export * from './exports.ts'

export interface Options extends Omit<EdgeOptions, 'ruleset' | 'store'> {
  /** A list of rules `{ name, when | expression, action }`, or documents `{ rules: [ … ] }`, one or several. */
  rules: object | readonly object[]
  /** The event store. Default `memoryStore()`. */
  store?: EventStore
}

/**
 * Creates an edge from rules or rule documents as objects.
 *
 * It checks the rules at once, except for rules that need a part of the edge that is not loaded yet: regular expressions, most functions,
 * and rules of other products than custom rules. The edge then loads the part, its requests wait, and a problem rejects `edge.ready` and
 * each request. With `await loadAll()` before, it checks all rules at once.
 *
 * @throws EdgeError `invalid_rules` with a diagnostic for every problem, `invalid_option`, and the errors of the other options
 * @example
 * const edge = createEdge({ rules: { rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] } })
 * const { action, ray, response } = await edge.judge(request, { remoteAddress: '192.0.2.1' })
 */
export const createEdge = (given: Options): Edge => {
  checkOptions(given, { takesNames: false })
  const { rules, store = memoryStore(), ...options } = given
  return createEdgeFrom({
    ...options,
    store,
    ruleset: readObjectsLater(documentsOf(rules)),
  })
}

/**
 * Loads every part of the edge. `createEdge` and `rulesFromObjects` then check all rules at once, and their errors have hints and
 * corrected expressions.
 *
 * @example await loadAll()
 */
export const loadAll = async (): Promise<void> => {
  const { wholeEdge } = await import('./whole.ts')
  wholeEdge()
}

/**
 * Hono middleware: judges each request and answers the blocked ones.
 *
 * @example
 * app.use(edge1020({ rules, connection: (c) => ({ remoteAddress: c.env.remoteAddr.hostname }) }))
 */
export const edge1020 = (options: (Options & HonoMountOptions) | Edge): MiddlewareHandler =>
  isEdge(options) ? mountHono(options) : mountHono(createEdge(options), options)
