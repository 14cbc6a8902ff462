import type { ImportedRule } from '../rule.ts'

/** JSON data without unset members. */
export type Json = string | number | boolean | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** One object of Cloudflare's API, which is also the attributes of a resource of the Terraform provider (version 5). */
export interface ApiObject {
  readonly resource: string
  /** A readable name for the resource. */
  readonly title: string
  readonly body: JsonObject
  /** The id (or Terraform's address) that an `execute` refers to. */
  readonly id?: string | undefined
}

const CUSTOM = 'http_request_firewall_custom'
const RATE_LIMIT = 'http_ratelimit'

/** Removes unset members. */
const compacted = (members: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined)
  ) as JsonObject

const unlessEmpty = <T extends Json>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list === undefined || list.length === 0 ? undefined : list

const orAbsent = (object: JsonObject): JsonObject | undefined =>
  Object.keys(object).length === 0 ? undefined : object

const parametersOf = ({ action, skip, response, executes }: ImportedRule): JsonObject =>
  compacted({
    ...(action === 'skip' && skip !== undefined
      ? {
          ruleset: skip.current ? 'current' : undefined,
          phases: unlessEmpty(skip.phases),
          products: unlessEmpty(skip.products),
          rulesets: unlessEmpty(skip.rulesets),
        }
      : {}),
    id: executes,
    response:
      response &&
      compacted({
        status_code: response.status,
        content: response.content,
        content_type: response.content_type,
      }),
  })

const limitOf = (rule: ImportedRule): JsonObject | undefined =>
  rule.product === 'ratelimit'
    ? compacted({
        characteristics: rule.characteristics ?? [],
        period: rule.period,
        requests_per_period: rule.requests,
        mitigation_timeout: rule.timeout,
        counting_expression: rule.counting_expression,
        requests_to_origin: rule.requests_to_origin,
      })
    : undefined

const ruleBody = (rule: ImportedRule): JsonObject =>
  compacted({
    ref: rule.id,
    description: rule.name,
    expression: rule.expression ?? '',
    action: rule.action,
    action_parameters: orAbsent(parametersOf(rule)),
    ratelimit: limitOf(rule),
    logging: rule.skip?.logs === false ? { enabled: false } : undefined,
    enabled: rule.enabled ?? true,
  })

/** Rules of one ruleset, with the common values as the key. */
const rulesetKey = ({ product, zone, ruleset, ruleset_id }: ImportedRule): string =>
  JSON.stringify([product, zone, ruleset, ruleset_id])

const rulesetOf = (rules: readonly ImportedRule[]): ApiObject => {
  const { product, zone, ruleset, ruleset_id: id } = rules[0]!
  const title = product === 'custom' ? 'custom rules' : 'rate limits'
  return {
    resource: 'cloudflare_ruleset',
    title,
    id,
    body: compacted({
      zone_id: zone,
      name: ruleset === 'custom' ? `${title} to execute` : 'default',
      kind: ruleset ?? 'zone',
      phase: product === 'custom' ? CUSTOM : RATE_LIMIT,
      rules: rules.map(ruleBody),
    }),
  }
}

/** A rate limit of the API before rulesets, with a URL instead of an expression. */
const oldRateLimit = (rule: ImportedRule): ApiObject => ({
  resource: 'cloudflare_rate_limit',
  title: rule.name ?? 'rate limit',
  body: compacted({
    zone_id: rule.zone,
    description: rule.name,
    disabled: rule.enabled === false ? true : undefined,
    threshold: rule.threshold,
    period: rule.period,
    match: compacted({
      request: compacted({ url_pattern: rule.url, methods: unlessEmpty(rule.methods) }),
      response: rule.statuses && { status: rule.statuses.map(Number) },
    }),
    bypass: rule.bypass?.map((value) => ({ name: 'url', value })),
    action: compacted({ mode: rule.written_action ?? rule.action, timeout: rule.timeout }),
  }),
})

const accessRule = (rule: ImportedRule): ApiObject => ({
  resource: 'cloudflare_access_rule',
  title: `${rule.action} ${rule.value}`,
  body: compacted({
    zone_id: rule.zone,
    mode: rule.action === 'allow' ? 'whitelist' : rule.action,
    notes: rule.name,
    paused: rule.enabled === false ? true : undefined,
    configuration: { target: rule.target ?? 'ip', value: rule.value ?? '' },
  }),
})

const agentRule = (rule: ImportedRule): ApiObject => ({
  resource: 'cloudflare_user_agent_blocking_rule',
  title: rule.name ?? `${rule.action} ${rule.value}`,
  body: compacted({
    zone_id: rule.zone,
    description: rule.name,
    mode: rule.action,
    paused: rule.enabled === false,
    configuration: { target: rule.target ?? 'ua', value: rule.value ?? '' },
  }),
})

const lockdown = (rule: ImportedRule): ApiObject => ({
  resource: 'cloudflare_zone_lockdown',
  title: rule.name ?? 'lockdown',
  body: compacted({
    zone_id: rule.zone,
    description: rule.name,
    paused: rule.enabled === false,
    priority: rule.priority,
    urls: rule.urls ?? [],
    configurations: (rule.addresses ?? []).map((value) => ({
      target: value.includes('/') ? 'ip_range' : 'ip',
      value,
    })),
  }),
})

const listItem = (kind: string, value: string): JsonObject => {
  if (kind === 'asn') return { asn: Number(value.replace(/^AS/i, '')) }
  if (kind === 'hostname') return { hostname: { url_hostname: value } }
  return kind === 'redirect' ? { redirect: { source_url: value } } : { ip: value }
}

const list = ({ name = '', kind = 'ip', entries = [] }: ImportedRule): ApiObject => ({
  resource: 'cloudflare_list',
  title: name,
  body: {
    name,
    kind,
    items: entries.map(({ value, comment }) =>
      compacted({ ...listItem(kind, value), comment: comment || undefined })
    ),
  },
})

const single = (rule: ImportedRule): ApiObject => {
  switch (rule.product) {
    case 'list':
      return list(rule)
    case 'access':
      return accessRule(rule)
    case 'ua':
      return agentRule(rule)
    case 'lockdown':
      return lockdown(rule)
    default:
      return oldRateLimit(rule)
  }
}

const isOfRuleset = ({ product, threshold }: ImportedRule): boolean =>
  product === 'custom' || (product === 'ratelimit' && threshold === undefined)

/** Imported rules as objects of Cloudflare's API. Rules of one ruleset are together; the others are separate. */
export const apiObjects = (rules: readonly ImportedRule[]): ApiObject[] => {
  const groups = new Map<string, ImportedRule[]>()
  const objects: (ApiObject | ImportedRule[])[] = []
  for (const rule of rules) {
    if (!isOfRuleset(rule)) {
      objects.push(single(rule))
      continue
    }
    const key = rulesetKey(rule)
    const group = groups.get(key) ?? []
    if (group.length === 0) objects.push(group)
    group.push(rule)
    groups.set(key, group)
  }
  return objects.map((one) => (Array.isArray(one) ? rulesetOf(one) : one))
}
