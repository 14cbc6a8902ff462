import type { Action } from '../../actions.ts'
import { defaultScheme } from '../../language/defaults.ts'
import type { Expression } from '../../language/expression.ts'
import { fieldFacts } from '../../language/fields.ts'
import { readAction } from '../action.ts'
import type { LanguageOptions } from '../compile.ts'
import { compileText } from '../compile.ts'
import type { Draft } from '../draft.ts'
import type { Findings } from '../findings.ts'
import type { RuleScope } from '../head.ts'
import { checkNamed, readHead, readPage } from '../head.ts'
import { RATE_LIMIT_KEYS, type RateLimitKey } from '../keys.ts'
import { conditionHelp, expressionText, readMatching } from '../matching.ts'
import type { Entry, Node } from '../node.ts'
import { inBackticks } from '../node.ts'
import type { Reader, Text } from '../reader.ts'
import { readResponse } from '../response.ts'
import type { Rule } from '../rule.ts'
import { readSeconds } from '../seconds.ts'
import { isOfTheApi } from './api-shape.ts'

/** A value of the request that separates the counters of a rule. */
export interface Characteristic {
  /** As written: `ip.src`, `http.request.headers["x-api-key"]`, `cf.colo.id`, `cf.unique_visitor_id`. */
  readonly source: string
  /**
   * Computes the value; `undefined` means that the request lacks it, which differs from the empty text. Absent for `cf.colo.id`, which is
   * the same for all requests of one edge, and for `cf.unique_visitor_id`, which is not a field of the language.
   */
  readonly expression?: Expression
}

/**
 * One rate limiting rule. `expression` selects the requests that the action applies to, and `countingExpression` the requests to count.
 *
 * Source: https://developers.cloudflare.com/waf/rate-limiting-rules/parameters/
 */
export interface RateLimit extends Rule {
  readonly characteristics: readonly Characteristic[]
  /** In seconds. */
  readonly period: number
  /** The action applies from request N+1. Absent for a limit by score alone. */
  readonly requestsPerPeriod?: number
  /**
   * In seconds. With 0, the action applies only to requests that exceed the limit within the period.
   */
  readonly mitigationTimeout: number
  /**
   * Selects the requests to count, if it differs from `expression`. It may read fields of the response.
   */
  readonly countingExpression?: Expression
  /** True if only requests that reach the origin count. */
  readonly requestsToOrigin: boolean
  /** The limit of the scores that the origin's responses bring in `scoreHeader`. */
  readonly scorePerPeriod?: number
  /** Name of a response header, in lower case. */
  readonly scoreHeader?: string
}

/** Actions that a rate limiting rule may have here. */
export const RATE_LIMIT_ACTIONS = [
  'block',
  'log',
  'managed_challenge',
  'js_challenge',
  'challenge',
] as const satisfies readonly Action[]

/** Characteristics that are not values of the language. */
const SPECIAL = new Set(['cf.colo.id', 'cf.unique_visitor_id'])

/** Reports fields of another phase than those that a part of a rate limit may read. */
const checkPhases = (
  { fields }: Expression,
  phases: readonly string[],
  { place }: Text,
  findings: Findings
): void => {
  for (const field of fields) {
    const phase = fieldFacts.get(field)?.phase
    if (phase === undefined || phases.includes(phase)) continue
    const help =
      phase === 'response' ? 'fields of the response go into `counting_expression`' : undefined
    findings.error(place, 'wrong_phase', `\`${field}\` has no value here`, help)
  }
}

/** @see https://developers.cloudflare.com/waf/rate-limiting-rules/parameters/#with-the-same-characteristics */
export const readCharacteristic = (
  text: Text,
  options: LanguageOptions,
  findings: Findings
): Characteristic | undefined => {
  const source = text.value.trim()
  if (SPECIAL.has(source)) return { source }
  const given = { ...options, scheme: defaultScheme }
  const expression = compileText(text, given, findings, 'any')
  if (expression === undefined) return undefined
  checkPhases(expression, [], text, findings)
  return { source, expression }
}

/** Reads the expression that selects the requests to count; it may read the response. */
export const readCounting = (
  text: Text,
  options: LanguageOptions,
  findings: Findings
): Expression | undefined => {
  const expression = compileText(text, { ...options, scheme: defaultScheme }, findings)
  if (expression !== undefined) checkPhases(expression, ['response'], text, findings)
  return expression
}

const UPPER_CASE_HEADER = /\bhttp\.request\.headers\["[^"]*[A-Z]/

/** Reports characteristics that do not go together, or that no request has. */
export const checkCharacteristics = (
  characteristics: readonly Characteristic[],
  warn: (message: string) => void
): void => {
  const sources = characteristics.map(({ source }) => source)
  if (sources.includes('ip.src') && sources.includes('cf.unique_visitor_id')) {
    warn('Cloudflare takes either `ip.src` or `cf.unique_visitor_id`, not both')
  }
  for (const source of sources) {
    if (UPPER_CASE_HEADER.test(source)) {
      warn(`\`${source}\` is always absent: header names are in lower case`)
    }
  }
}

const EXPECTED = 'a field such as `ip.src`, or an expression with a value'

const readCharacteristics = (
  entry: Entry | undefined,
  { reader, options }: RuleScope
): Characteristic[] => {
  if (entry === undefined) {
    const text = { value: 'ip.src', place: NOWHERE }
    return [readCharacteristic(text, options, reader.findings)!]
  }
  const read = reader.items(entry.value, EXPECTED).flatMap((item) => {
    const text = reader.text(item, EXPECTED)
    return (text && readCharacteristic(text, options, reader.findings)) ?? []
  })
  checkCharacteristics(read, (message) =>
    reader.findings.warn(entry.value.place, 'not_on_cloudflare', message)
  )
  return read
}

/** The default needs no place: it has no problem. */
const NOWHERE = {
  span: () => ({ line: 1, column: 1, length: 1, sourceLine: '' }),
  part: () => undefined,
}

const readCount = (entry: Entry | undefined, reader: Reader, least: number): number | undefined => {
  if (entry === undefined) return undefined
  const { value } = entry
  const number = value.kind === 'scalar' ? value.value : undefined
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least) return number
  return reader.wrongType(value, `a whole number from ${least}`)
}

type Found = Partial<Record<RateLimitKey, Entry>>

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const readScore = (found: Found, { reader, title }: RuleScope) => {
  const limit = found.score_per_period
  const header = found.score_response_header_name
  const scorePerPeriod = readCount(limit, reader, 1)
  const text = header && reader.text(header.value, 'the name of a response header')
  if (text !== undefined && !HEADER.test(text.value)) {
    const message = `${inBackticks(text.value)} is not a header name`
    reader.findings.error(text.place, 'invalid_header_name', message)
  }
  const one = limit ?? header
  if (one !== undefined && (limit === undefined || header === undefined)) {
    const message = `${title} has only one of \`score_per_period\` and \`score_response_header_name\`: expected both`
    reader.findings.error(one.keyPlace, 'missing_key', message)
  }
  return {
    ...(scorePerPeriod === undefined ? {} : { scorePerPeriod }),
    ...(text === undefined ? {} : { scoreHeader: text.value.toLowerCase() }),
  }
}

const checkLimits = (found: Found, { reader, title, place, meant }: RuleScope): void => {
  const isMissing = (key: RateLimitKey) => found[key] === undefined && !meant.has(key)
  if (isMissing('period')) {
    reader.findings.error(
      place,
      'missing_key',
      `${title} has no \`period\``,
      'such as `period: 1m`'
    )
  }
  if (isMissing('requests_per_period') && isMissing('score_per_period')) {
    reader.findings.error(place, 'missing_key', `${title} has no \`requests_per_period\``)
  }
}

/** Reads one entry of `rate_limits:`. */
export const readRateLimit = (
  node: Node,
  reader: Reader,
  options: LanguageOptions
): Draft | undefined => {
  const what = 'a rate limit'
  const map = reader.map(node, `${what}: a mapping with \`name\`, \`requests_per_period\` …`)
  if (map === undefined || isOfTheApi(map, what, reader)) return undefined
  const { found, meant } = reader.entries(map, RATE_LIMIT_KEYS, what, conditionHelp)
  const { head, scope } = readHead(map, found, meant, reader, options)
  checkNamed(found, 'the rate limit', scope)
  const action = readAction(found.action, RATE_LIMIT_ACTIONS, scope)
  const expression = readMatching(found, scope)
  const written = found.counting_expression?.value
  // Cloudflare's own documents write '' for the default, which is the rule's expression.
  const isDefault = written?.kind === 'scalar' && written.value === ''
  const counting = written === undefined || isDefault ? undefined : expressionText(written, reader)
  checkLimits(found, scope)
  const period = found.period && readSeconds(found.period.value, reader, 1)
  const requestsPerPeriod = readCount(found.requests_per_period, reader, 1)
  const timeout = found.mitigation_timeout
  const countingExpression = counting && readCounting(counting, options, reader.findings)
  const toOrigin = found.requests_to_origin
  const characteristics = readCharacteristics(found.characteristics, scope)
  const score = readScore(found, scope)
  return {
    ...head,
    name: head.name ?? '',
    action,
    expression,
    page: readPage(found.page, scope),
    response: found.response && readResponse(found.response, 'rateLimit', reader),
    parts: {
      product: 'rateLimit',
      characteristics,
      period: period ?? 0,
      ...(requestsPerPeriod === undefined ? {} : { requestsPerPeriod }),
      mitigationTimeout: (timeout && readSeconds(timeout.value, reader, 0)) ?? 0,
      ...(countingExpression === undefined ? {} : { countingExpression }),
      requestsToOrigin: (toOrigin && reader.boolean(toOrigin.value, 'requests_to_origin')) ?? false,
      ...score,
    },
  }
}
