import { isUnknown } from '../terraform/values.ts'
import type { View } from '../terraform/view.ts'
import type { Found } from './read.ts'
import { boolean, known, number, Refusal, required, text, textOrNothing, texts } from './read.ts'
import type { CustomResponse, ImportedRule, Product, SkippedParts } from './rule.ts'
import { zoneOf } from './zones.ts'

/** Phases of the ruleset engine that edge1020 emulates. */
const PRODUCTS: ReadonlyMap<string, Product> = new Map([
  ['http_request_firewall_custom', 'custom'],
  ['http_ratelimit', 'ratelimit'],
])
/** Phases that also decide about visitors, with rules that only Cloudflare has. */
const NOT_EMULATED = new Set([
  'ddos_l4',
  'ddos_l7',
  'http_request_api_gateway_early',
  'http_request_api_gateway_late',
  'http_request_firewall_managed',
  'http_request_sbfm',
  'http_response_firewall_managed',
  'magic_transit',
  'magic_transit_managed',
])

const child = (view: View, name: string): View | undefined => view.children(name)[0]

const skipped = (parameters: View | undefined, logging: View | undefined): SkippedParts => ({
  current: parameters !== undefined && text(parameters, 'ruleset') === 'current',
  phases: parameters === undefined ? [] : texts(parameters, 'phases'),
  products: parameters === undefined ? [] : texts(parameters, 'products'),
  rulesets: parameters === undefined ? [] : texts(parameters, 'rulesets'),
  logs: (logging === undefined ? undefined : boolean(logging, 'enabled')) ?? true,
})

const responseOf = (parameters: View | undefined): CustomResponse | undefined => {
  const response = parameters === undefined ? undefined : child(parameters, 'response')
  if (response === undefined || response.names().length === 0) return undefined
  const status = number(response, 'status_code')
  const content = textOrNothing(response, 'content')
  const type = textOrNothing(response, 'content_type')
  return {
    ...(status === undefined ? {} : { status }),
    ...(content === undefined ? {} : { content }),
    ...(type === undefined ? {} : { content_type: type }),
  }
}

/** The executed ruleset: an id, or the resource with this id. */
const executed = (parameters: View | undefined): string | undefined => {
  const id = parameters?.value('id')
  if (id === undefined) return undefined
  return isUnknown(id) ? id.idOf : String(known(id))
}

const limitOf = (rule: View): Partial<ImportedRule> => {
  const limit = child(rule, 'ratelimit')
  if (limit === undefined) throw new Refusal('`ratelimit` is missing')
  if (limit.unknown !== undefined) known(limit.unknown)
  return {
    characteristics: texts(limit, 'characteristics'),
    period: number(limit, 'period'),
    requests: number(limit, 'requests_per_period'),
    timeout: number(limit, 'mitigation_timeout'),
    counting_expression: text(limit, 'counting_expression') || undefined,
    requests_to_origin: boolean(limit, 'requests_to_origin'),
  }
}

interface Origin {
  readonly zone: ReturnType<typeof zoneOf>
  readonly ruleset: string | undefined
  readonly ruleset_id: string | undefined
  readonly resource: string | undefined
}

const ruleOf = (
  rule: View,
  product: Product,
  { zone, ruleset, ruleset_id, resource }: Origin
): ImportedRule => {
  const action = required(rule, 'action')
  const parameters = child(rule, 'action_parameters')
  if (parameters?.unknown !== undefined && action === 'skip') known(parameters.unknown)
  return {
    product,
    ...zone,
    name: textOrNothing(rule, 'description') || undefined,
    id: textOrNothing(rule, 'ref') ?? textOrNothing(rule, 'id'),
    expression: required(rule, 'expression').trim(),
    action,
    enabled: boolean(rule, 'enabled') ?? true,
    resource,
    source: rule.place,
    at: rule.exactPlace,
    // An `execute` has no limit of its own: the rules that it runs have theirs.
    ...(product === 'ratelimit' && action !== 'execute' ? limitOf(rule) : {}),
    ruleset,
    ruleset_id,
    skip: action === 'skip' ? skipped(parameters, child(rule, 'logging')) : undefined,
    response: action === 'block' ? responseOf(parameters) : undefined,
    executes: action === 'execute' ? executed(parameters) : undefined,
  }
}

/**
 * The rules of a ruleset, from the API or from either version of the Terraform provider.
 *
 * Source: https://developers.cloudflare.com/ruleset-engine/rulesets-api/json-object/
 *
 * @param resource its address; absent for a document of the API
 * @param assumedPhase for rules without a ruleset
 */
export const readRuleset = (
  ruleset: View,
  found: Found,
  resource?: string,
  assumedPhase?: string
): void => {
  const name = resource ?? textOrNothing(ruleset, 'name') ?? 'the ruleset'
  let phase: string | undefined
  try {
    phase = text(ruleset, 'phase') ?? assumedPhase
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    found.leaveOut(ruleset.place, name, `its phase: ${error.message}`)
    return
  }
  const product = PRODUCTS.get(phase ?? '')
  if (product === undefined) {
    if (phase !== undefined && NOT_EMULATED.has(phase)) {
      found.warn(ruleset.place, `${name}: rules of the phase ${phase} are not emulated`)
    }
    return
  }
  const rules = ruleset.children('rules')
  if (rules.length === 0) {
    found.warn(ruleset.place, `${name} (${phase}) has no rules in this document`)
    return
  }
  const kind = textOrNothing(ruleset, 'kind')
  const origin = {
    ruleset: kind === 'zone' ? undefined : kind,
    ruleset_id: kind === 'custom' ? (textOrNothing(ruleset, 'id') ?? resource) : undefined,
    zone: zoneOf(ruleset),
    resource,
  }
  for (const rule of rules) {
    const what =
      textOrNothing(rule, 'description') ?? textOrNothing(rule, 'ref') ?? `a rule of ${name}`
    if (product === 'custom' && child(rule, 'ratelimit') !== undefined) {
      found.warn(
        rule.exactPlace ?? rule.place,
        `${what}: it has a rate limit, but the phase ${phase} has none: its action applies to every request that matches`
      )
    }
    found.add(rule.place, what, () => {
      known(rule.unknown)
      return ruleOf(rule, product, origin)
    })
  }
}
