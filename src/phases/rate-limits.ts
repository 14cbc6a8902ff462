import { actions } from '../actions.ts'
import { levelOf } from '../challenges/level.ts'
import type { RequestContext } from '../context.ts'
import { compileRules } from '../language/compile/rules.ts'
import type { Expression } from '../language/expression.ts'
import { fieldFacts } from '../language/fields.ts'
import type { CounterRule, Hit, Standing } from '../limits/counters.ts'
import { KeyHash } from '../limits/key-hash.ts'
import { RuleKey } from '../limits/keys.ts'
import type { ResponseFacts } from '../request/response-fields.ts'
import { responseReader, responseScore } from '../request/response-fields.ts'
import { createWatch } from '../request/watch-response.ts'
import type { RateLimit } from '../rules/products/rate-limits.ts'
import type { Match, Phase, PhaseServices, Ruling } from './phase.ts'

/** "You are being rate limited" */
const CODE = 1015
const MS_PER_SECOND = 1_000
/** The counters have another clock, and both clocks have whole milliseconds. */
const SLACK_MS = 2
const NO_MATCHES: readonly Match[] = []

/** A rule with the data for its counters, created once. */
interface Limited {
  readonly rule: RateLimit
  readonly key: RuleKey
  readonly counter: CounterRule
  /** The expression for counted requests, if it differs from the rule's and does not read the response. */
  readonly counting: Expression | undefined
  /** True if counting needs the response. */
  readonly waits: boolean
  /** The level of the action's challenge; 0 if the action is not a challenge. */
  readonly level: number
}

/** The questions about one request for the counters. */
interface Asked {
  readonly touched: readonly Limited[]
  readonly hits: readonly Hit[]
  /** Questions for counters that were asked before. */
  readonly before: readonly Match[]
  /** In milliseconds since the epoch. */
  readonly askedMs: number
}

const readsResponse = (expression: Expression | undefined): boolean =>
  expression?.fields.some((field) => fieldFacts.get(field)?.source === 'response') === true

const limitedBy = (rule: RateLimit, hash: KeyHash, { zone, colo }: PhaseServices): Limited => {
  const { period, mitigationTimeout, requestsToOrigin, countingExpression } = rule
  const isScored = rule.scorePerPeriod !== undefined
  const waits = isScored || readsResponse(countingExpression)
  return {
    rule,
    key: new RuleKey(rule, hash, zone, colo),
    counter: {
      limit: rule.scorePerPeriod ?? rule.requestsPerPeriod ?? 0,
      periodMs: period * MS_PER_SECOND,
      mitigationMs: mitigationTimeout * MS_PER_SECOND,
      ends: actions[rule.action].ends,
      onlyToOrigin: requestsToOrigin,
    },
    counting: waits ? undefined : countingExpression,
    waits,
    level: levelOf(rule.action),
  }
}

/**
 * Judges by rate limiting rules. The expression of a rule selects the requests that get its action while the counter of their
 * characteristics is above the limit. The counting expression selects the requests that count. The action starts on request N+1.
 *
 * Rules that read the response count when its head arrives. The request has reached the origin by then.
 *
 * Source: https://developers.cloudflare.com/waf/rate-limiting-rules/request-rate/
 */
export const judgeRateLimits = (
  phase: Match['phase'],
  enabled: readonly RateLimit[],
  services: PhaseServices
): Phase['run'] => {
  const { counters, now = Date.now } = services
  const hash = new KeyHash(...counters.secret)
  const limited = enabled.map((rule) => limitedBy(rule, hash, services))
  const never = limited.map(() => false)
  const matching = compileRules(
    limited.map(({ rule }) => rule.expression),
    never
  )
  const ownCounting = limited.flatMap(({ counting }, i) => (counting === undefined ? [] : [i]))
  const counted = compileRules(
    ownCounting.map((i) => limited[i]!.counting!),
    never
  )
  const waiting = limited.filter(({ waits }) => waits)

  const hitOf = (
    { key, counter: rule }: Limited,
    context: RequestContext,
    amount: number,
    applies: boolean
  ): Hit => {
    const { high, low } = key.hash(context)
    return { rule, high, low, amount, applies }
  }

  const countResponse = (context: RequestContext, response: ResponseFacts) => {
    context.response = responseReader(response)
    const hits: Hit[] = []
    for (const one of waiting) {
      const { expression, countingExpression = expression, scoreHeader } = one.rule
      if (!countingExpression.matches(context)) continue
      const amount = scoreHeader === undefined ? 1 : responseScore(response, scoreHeader)
      if (amount > 0) hits.push(hitOf(one, context, amount, false))
    }
    if (hits.length > 0) counters.add(hits)
  }

  const matchOf = (
    { rule, key, level }: Limited,
    context: RequestContext,
    { count, retryAfterMs }: Standing
  ): Match => {
    const { action, page } = rule
    const { answers } = actions[action]
    return {
      phase,
      rule,
      action,
      code: answers ? CODE : 0,
      page,
      ...(answers && level === 0
        ? { retryAfter: Math.max(1, Math.ceil(retryAfterMs / MS_PER_SECOND)) }
        : {}),
      rateLimit: {
        count,
        limit: rule.scorePerPeriod ?? rule.requestsPerPeriod ?? 0,
        period: rule.period,
        mitigationTimeout: rule.mitigationTimeout,
        key: () => key.parts(context),
      },
    }
  }

  const rulingOf = (matches: readonly Match[]): Ruling => ({
    matches,
    ends: actions[matches.at(-1)!.action].answers,
    skips: 0,
  })

  /** A clearance from before the start of the penalty belongs to another challenge, or has been used. */
  const isPassed = (
    context: RequestContext,
    { level }: Limited,
    { sinceMs }: Standing,
    askedMs: number
  ): boolean =>
    context.hasCleared(level) && context.clearedAtMs(level) + SLACK_MS >= askedMs - sinceMs

  const settle = (
    context: RequestContext,
    { touched, hits, before, askedMs }: Asked,
    standings: readonly Standing[]
  ): Ruling | undefined | Promise<Ruling | undefined> => {
    const last = standings.at(-1)
    if (last === undefined) return before.length === 0 ? undefined : rulingOf(before)
    const passes = isPassed(context, touched[last.index]!, last, askedMs)
    const acting = passes ? standings.slice(0, -1) : standings
    const matches = [
      ...before,
      ...acting.map((standing) => matchOf(touched[standing.index]!, context, standing)),
    ]
    if (!passes) return rulingOf(matches)
    // A visitor that passes the challenge starts again at zero. The rules below have not been evaluated yet.
    counters.reset([hits[last.index]!])
    const isLeft = (hit: Hit, i: number) =>
      i > last.index ||
      // The rules above that only count requests to the origin have not counted yet either.
      (i < last.index && hit.rule.onlyToOrigin && !acting.some(({ index }) => index === i))
    return take(
      context,
      touched.filter((_, i) => isLeft(hits[i]!, i)),
      hits.filter(isLeft),
      matches
    )
  }

  const take = (
    context: RequestContext,
    touched: readonly Limited[],
    hits: readonly Hit[],
    before: readonly Match[]
  ): Ruling | undefined | Promise<Ruling | undefined> => {
    // Not the time of the request, because the upload of a body for a counter can take long.
    const askedMs = now()
    const found = counters.take(hits)
    if (found instanceof Promise) {
      return found.then((standings) =>
        settle(context, { touched, hits, before, askedMs }, standings)
      )
    }
    if (found.length === 0 && before.length === 0) return undefined
    return settle(context, { touched, hits, before, askedMs }, found)
  }

  const judge = (
    context: RequestContext,
    applying: readonly number[],
    counting: readonly number[]
  ): Ruling | undefined | Promise<Ruling | undefined> => {
    const touched: Limited[] = []
    const hits: Hit[] = []
    for (let i = 0, a = 0, c = 0; i < limited.length; i++) {
      const applies = applying[a] === i
      if (applies) a++
      const one = limited[i]!
      const counts = one.counting === undefined ? applies : ownCounting[counting[c]!] === i
      if (one.counting !== undefined && counts) c++
      if (!applies && !counts) continue
      touched.push(one)
      hits.push(hitOf(one, context, counts && !one.waits ? 1 : 0, applies))
    }
    return take(context, touched, hits, NO_MATCHES)
  }

  return (context) => {
    if (waiting.length > 0) {
      context.responseWatch = createWatch((response) => countResponse(context, response))
    }
    const applying = matching(context)
    const counting = counted(context)
    if (applying.length === 0 && counting.length === 0) return undefined
    return judge(context, applying, counting)
  }
}
