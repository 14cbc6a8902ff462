import { toText } from '../language/bytes.ts'
import { valueToJson } from '../language/to-json.ts'
import type { MatchedPart } from '../language/trace.ts'
import type { PhaseName } from '../phases/names.ts'
import type { RateLimit } from '../rules/products/rate-limits.ts'
import type { Rule } from '../rules/rule.ts'
import type { VerdictAction } from '../verdict.ts'
import type { Trial } from './trial.ts'
import type { PhaseOutcome, RuleOutcome, TrialPhase, TrialRule } from './trial-phases.ts'
import { placeOf } from './trial-phases.ts'

/** One decisive comparison, with the values it read. */
export interface Decider {
  readonly expression: string
  readonly field: string
  readonly value: unknown
}

/** A step of Cloudflare's Trace result. Members that Cloudflare's API does not have come last. */
export interface TraceStep {
  /** Name of the phase or product, or id of the rule. */
  readonly step_name: string
  readonly type: 'phase' | 'product' | 'rule'
  readonly name: string
  readonly public_name?: string
  readonly description?: string
  readonly matched: boolean
  readonly action?: string
  readonly action_parameters?: unknown
  readonly expression?: string
  readonly trace?: readonly TraceStep[]
  readonly outcome: RuleOutcome | PhaseOutcome
  readonly reason?: string
  /** The place of the rule. */
  readonly source?: string
  /** The number of rules that are not in the trace of a phase with hundreds of them: most are not true of the request. */
  readonly left_out?: number
  /** The smallest set of comparisons that made the rule true, or false. */
  readonly deciders?: readonly Decider[]
}

/** The verdict on one request and its reasons: Cloudflare's Trace result, with more members. */
export interface Explanation {
  /** The status of the refusal; absent if the origin answers. */
  readonly status_code?: number
  readonly trace: readonly TraceStep[]
  readonly action: VerdictAction
  /** Cloudflare's error code; absent if the request is not refused. */
  readonly code?: number
  /** The deciding rule. */
  readonly rule?: { readonly id: string; readonly name: string; readonly source: string }
  readonly zone?: string
  readonly request: { readonly method: string; readonly url: string; readonly protocol: string }
  readonly visitor: {
    readonly ip: string
    readonly country: string
    readonly asn: number
    readonly persona?: string
    readonly user_agent: string
  }
  readonly answer?: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  readonly notes: readonly string[]
}

/** Cloudflare's names: for phases those of its API, for earlier products those of its documentation. */
const STEPS: Readonly<
  Record<PhaseName, { step: string; type: 'phase' | 'product'; title: string }>
> = {
  'ip-access': { step: 'ip_access_rules', type: 'product', title: 'IP Access rules' },
  'zone-lockdown': { step: 'zone_lockdown', type: 'product', title: 'Zone Lockdown' },
  'user-agents': { step: 'ua_block', type: 'product', title: 'User Agent Blocking' },
  'custom-rules': { step: 'http_request_firewall_custom', type: 'phase', title: 'Custom rules' },
  'rate-limits': { step: 'http_ratelimit', type: 'phase', title: 'Rate limiting rules' },
}

export const titleOf = (name: PhaseName): string => STEPS[name].title

export const deciderOf = ({ expression, field, value }: MatchedPart): Decider => ({
  expression,
  field,
  value: valueToJson(value),
})

const parametersOf = (rule: Rule): unknown => {
  const { skip, response, action } = rule
  if (action === 'skip') {
    const { current, phases, products } = skip ?? { current: true, phases: [], products: [] }
    return {
      ...(current ? { ruleset: 'current' } : {}),
      ...(phases.length > 0 ? { phases } : {}),
      ...(products.length > 0 ? { products } : {}),
    }
  }
  if ('characteristics' in rule) {
    const { characteristics, period, requestsPerPeriod, mitigationTimeout, scorePerPeriod } =
      rule as RateLimit
    return {
      ratelimit: {
        characteristics: characteristics.map(({ source }) => source),
        period,
        ...(requestsPerPeriod === undefined ? {} : { requests_per_period: requestsPerPeriod }),
        ...(scorePerPeriod === undefined ? {} : { score_per_period: scorePerPeriod }),
        mitigation_timeout: mitigationTimeout,
      },
    }
  }
  return response === undefined ? undefined : { response }
}

const ruleStep = ({ rule, outcome, reason, place, decisive }: TrialRule): TraceStep => {
  const parameters = parametersOf(rule)
  const deciders = decisive().map(deciderOf)
  return {
    step_name: rule.id,
    type: 'rule',
    name: rule.name,
    ...(rule.description === undefined ? {} : { description: rule.description }),
    matched: outcome === 'matched',
    action: rule.action,
    ...(parameters === undefined ? {} : { action_parameters: parameters }),
    expression: rule.expression.source,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    source: place,
    ...(deciders.length === 0 ? {} : { deciders }),
  }
}

/** In a phase with thousands of rules, the trace omits the rules that are not true of the request. */
const MAX_RULES = 300

const worthShowing = (rules: readonly TrialRule[]): readonly TrialRule[] =>
  rules.length <= MAX_RULES
    ? rules
    : rules.filter(({ outcome }) => outcome !== 'not-matched').slice(0, MAX_RULES)

const phaseStep = ({ name, outcome, reason, rules }: TrialPhase): TraceStep => {
  const { step, type, title } = STEPS[name]
  const shown = worthShowing(rules)
  return {
    step_name: step,
    type,
    name: title,
    public_name: title,
    matched: rules.some((rule) => rule.outcome === 'matched'),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(shown.length === rules.length ? {} : { left_out: rules.length - shown.length }),
    trace: shown.map(ruleStep),
  }
}

const answerText = (body: string | Uint8Array): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body)

/**
 * Converts a trial to Cloudflare's Trace result.
 *
 * Source: https://developers.cloudflare.com/api/resources/request_tracers/subresources/traces/methods/create/
 *
 * @param notes assumptions that the reader made about the request
 */
export const explainTrial = (trial: Trial, notes: readonly string[] = []): Explanation => {
  const { context, answer, rule, zone } = trial
  const { request, visitor } = context
  return {
    ...(answer === undefined ? {} : { status_code: answer.status }),
    trace: trial.phases.filter(({ outcome }) => outcome !== 'empty').map(phaseStep),
    action: trial.action,
    ...(trial.code === 0 ? {} : { code: trial.code }),
    ...(rule === undefined
      ? {}
      : { rule: { id: rule.id, name: rule.name, source: placeOf(rule) } }),
    ...(zone.facts === undefined ? {} : { zone: zone.facts.name }),
    request: {
      method: request.method,
      url: toText(`${request.scheme}://${request.host}${request.target.path}${request.search}`),
      protocol: toText(String(context.field('http.request.version') ?? '')),
    },
    visitor: {
      ip: visitor.ipText,
      country: visitor.country,
      asn: visitor.asn,
      ...(visitor.persona === undefined ? {} : { persona: visitor.persona.name }),
      user_agent: toText(request.userAgent),
    },
    ...(answer === undefined ? {} : { answer: { ...answer, body: answerText(answer.body) } }),
    notes: [...notes, ...visitor.notes.filter((note) => !note.startsWith('set by test override'))],
  }
}
