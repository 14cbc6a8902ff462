import { contextLayout, RequestContext } from '../context.ts'
import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import type { Lists } from '../language/compile.ts'
import { compile } from '../language/compile.ts'
import { defaultScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import { fieldFacts } from '../language/fields.ts'
import { valueFromJson } from '../language/json.ts'
import type { Scheme } from '../language/scheme.ts'
import { createScheme } from '../language/scheme.ts'
import { valueToJson } from '../language/to-json.ts'
import type { Context, Value } from '../language/types.ts'
import { parseType, typeName } from '../language/types.ts'
import { wholeLanguage } from '../language/whole.ts'
import { createRays } from '../ray.ts'
import { allBodies } from '../request/all-bodies.ts'
import { bodies } from '../request/bodies.ts'
import { allForwarded } from '../visitor/all-forwarded.ts'
import type { VisitorsOptions } from '../visitor/identify.ts'
import { createVisitors, forwarded, overrideReaders } from '../visitor/identify.ts'
import { readOverrides } from '../visitor/overrides.ts'
import { readLists } from './lists.ts'
import { isObject, wrongCase } from './problem.ts'
import { openRequest } from './request.ts'

// A case is evaluated as soon as it is read, so no module can be imported in between.
wholeLanguage()
bodies.put(allBodies)
forwarded.put(allForwarded)
overrideReaders.put({ readOverrides })

/** One evaluation, as JSON. Every member except `expression` may be absent or `null`. */
export interface EvalCase {
  /** Returned unchanged. */
  id?: unknown
  expression: string
  /** Values by field name; they override `request`. Write bytes that are not UTF-8 as `{"hex":"…"}`. */
  fields?: Record<string, unknown>
  request?: { method?: string; url?: string; headers?: unknown; body?: unknown; version?: string }
  /** Replaces the field table: types by field name. A field that is not in `fields` is then missing. */
  schema?: { fields: Record<string, string> }
  /** Contents of lists by kind and name. A list without contents is empty. */
  lists?: { ip?: object; int?: object; string?: object }
  /** For a missing value, `!=` is false and `len` is missing (`docs`, default), or `!=` is true and `len` is 0 (`engine`). */
  missing?: 'docs' | 'engine'
}

/** A fault in the case. A fault in its expression has a position. */
export interface EvalProblem {
  code: string
  message: string
  line?: number
  column?: number
  length?: number
  help?: string
}

export interface EvalTrace {
  expression: string
  start: number
  length: number
  result: unknown
  fields: { field: string; value: unknown }[]
}

export type EvalResult =
  /** In `result`, an Int beyond 2^53 is a bigint. */
  | { id: unknown; ok: true; type: string; result: unknown; trace?: EvalTrace[] }
  | { id: unknown; ok: false; error: EvalProblem; errors?: EvalProblem[] }

export interface EvalOptions {
  /** Adds every sub-expression with its result and the fields it read. */
  trace?: boolean
  /** The facts about an `ip.src` without a given country, ASN …, and the contents of lists that a case does not give. */
  sources?: EvalSources
}

export interface EvalSources extends Pick<VisitorsOptions, 'geo' | 'asn' | 'reputation' | 'bots'> {
  lists?: Lists
}

/** The default time of a case's request. It is fixed, so results are the same in each run. */
const TIME_MS = Date.UTC(2026, 0, 1)
const MISSING = ['docs', 'engine']
const rays = createRays({ now: () => TIME_MS })
const USER_AGENT = defaultScheme.slot('http.user_agent')

const schemeOf = (schema: unknown): Scheme => {
  if (schema === undefined || schema === null) return defaultScheme
  if (!isObject(schema) || !isObject(schema.fields)) {
    throw wrongCase('schema', schema, '{"fields":{"name":"Type"}}')
  }
  const fields = Object.entries(schema.fields).map(([name, text]) => {
    const type = typeof text === 'string' ? parseType(text) : undefined
    if (type === undefined) {
      throw wrongCase(`schema.fields["${name}"]`, text, 'Bool, Int, Bytes, Ip, Array<T> or Map<T>')
    }
    return { name, type }
  })
  return createScheme({ fields, functions: defaultScheme.functions })
}

const givenValues = (fields: unknown, scheme: Scheme): ReadonlyMap<number, Value> => {
  const given = new Map<number, Value>()
  if (fields === undefined || fields === null) return given
  if (!isObject(fields)) throw wrongCase('fields', fields, 'an object of values by field name')
  for (const [name, json] of Object.entries(fields)) {
    const field = scheme.fields.get(name)
    if (field === undefined) {
      throw new EdgeError('unknown_field', `fields: "${name}" is not a field`)
    }
    if (json !== null) given.set(scheme.slot(name), valueFromJson(field.type, json, name))
  }
  return given
}

/** Without a request, a field has its default value. */
const withoutRequest = (given: ReadonlyMap<number, Value>, visitorOnly: Context): Context => ({
  get: (slot) => {
    const value = given.get(slot)
    if (value !== undefined) return value
    const facts = fieldFacts.get(defaultScheme.slots[slot]!)!
    const ofRequest =
      facts.source === 'request' || (facts.source === 'bots' && !given.has(USER_AGENT))
    return ofRequest ? facts.default : visitorOnly.get(slot)
  },
})

const contextOf = (
  { fields, request }: { fields?: unknown; request?: unknown },
  expression: Expression,
  scheme: Scheme,
  sources: EvalSources
): Context => {
  const given = givenValues(fields, scheme)
  if (scheme !== defaultScheme) return { get: (slot) => given.get(slot) }
  const { reader, connection } = openRequest(request, TIME_MS)
  const address = given.get(scheme.slot('ip.src'))
  const userAgent = given.get(USER_AGENT)
  const header = (name: string) =>
    name === 'user-agent' && typeof userAgent === 'string' ? userAgent : reader.joined(name)
  const visitor = createVisitors(sources).identify(header, {
    ...connection,
    remoteAddress: address?.toString(),
  })
  const layout = contextLayout(expression.fields)
  const context = new RequestContext(layout, reader, visitor, connection, rays.next(), given)
  return request === undefined || request === null ? withoutRequest(given, context) : context
}

const placed = ({ code, message, line, column, length, help }: Diagnostic): EvalProblem => ({
  code,
  message,
  line,
  column,
  length,
  ...(help === undefined ? {} : { help }),
})

/** Converts every exception to a result, so neither deep nesting nor a bug ends a stream of cases. */
const problemsOf = (error: unknown): [EvalProblem, ...EvalProblem[]] => {
  if (error instanceof RangeError) {
    return [{ code: 'too_deep', message: `the case is nested too deep: ${error.message}` }]
  }
  if (!(error instanceof EdgeError)) return [{ code: 'internal_error', message: String(error) }]
  const [first, ...rest] = error.diagnostics.map(placed)
  return first === undefined ? [{ code: error.code, message: error.message }] : [first, ...rest]
}

const big = (int: bigint) => int
const toJson = (value: Value | undefined) => valueToJson(value, big)

const resultToJson = (value: Value | undefined, type: string): unknown =>
  value === undefined ? { missing: type } : toJson(value)

const traceOf = (expression: Expression, context: Context): EvalTrace[] =>
  expression.trace(context).map(({ result, fields, ...part }) => ({
    ...part,
    result: toJson(result),
    fields: fields.map(({ field, value }) => ({ field, value: toJson(value) })),
  }))

const failed = (id: unknown, error: unknown): EvalResult => {
  const [first, ...rest] = problemsOf(error)
  return { id, ok: false, error: first, ...(rest.length > 0 ? { errors: [first, ...rest] } : {}) }
}

const evaluated = (
  id: unknown,
  json: { fields?: unknown; request?: unknown },
  expression: Expression,
  scheme: Scheme,
  { trace = false, sources = {} }: EvalOptions
): EvalResult => {
  const context = contextOf(json, expression, scheme, sources)
  const type = typeName(expression.type)
  return {
    id,
    ok: true,
    type,
    result: resultToJson(expression.evaluate(context), type),
    ...(trace ? { trace: traceOf(expression, context) } : {}),
  }
}

/**
 * Evaluates a compiled expression, such as a rule's, with the fields and the request of a case. Like `evaluateCase`, it
 * never throws.
 */
export const evaluateExpression = (
  expression: Expression,
  given: Pick<EvalCase, 'id' | 'fields' | 'request'>,
  options: EvalOptions = {}
): EvalResult => {
  const id = given.id ?? null
  try {
    return evaluated(id, given, expression, defaultScheme, options)
  } catch (error) {
    return failed(id, error)
  }
}

/**
 * Evaluates one case. A mistake in the case is an ordinary result: this never throws, whatever the case contains.
 *
 * @example
 * evaluateCase({ expression: 'http.host eq "shop.test"', request: { url: 'https://shop.test/' } })
 * // { id: null, ok: true, type: 'Bool', result: true }
 */
export const evaluateCase = (json: unknown, options: EvalOptions = {}): EvalResult => {
  const id = isObject(json) ? (json.id ?? null) : null
  try {
    if (!isObject(json)) throw wrongCase('case', json, 'an object with an "expression"')
    const { expression: source } = json
    const missing = json.missing ?? 'docs'
    if (typeof source !== 'string') throw wrongCase('expression', source, 'text')
    if (!MISSING.includes(missing as string)) throw wrongCase('missing', missing, 'docs or engine')
    const scheme = schemeOf(json.schema)
    const expression = compile(source, {
      scheme,
      lists: readLists(json.lists, options.sources?.lists),
      missing: missing as 'docs' | 'engine',
      expect: 'any',
    })
    return evaluated(id, json, expression, scheme, options)
  } catch (error) {
    return failed(id, error)
  }
}
