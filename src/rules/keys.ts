/**
 * Every key that the loader supports, with words that people write instead. `schema/rules.json` lists the same keys; a test compares.
 * The order is the order of messages.
 */
type Keys = Readonly<Record<string, readonly string[]>>

export const DOCUMENT_KEYS = {
  $schema: [],
  name: ['title'],
  access: ['ip_access', 'access_rules', 'ip_access_rules'],
  lockdown: ['lockdowns', 'zone_lockdown', 'zone_lockdowns'],
  user_agents: ['user_agent', 'agents', 'ua', 'ua_rules'],
  rules: ['rule', 'custom_rules'],
  rate_limits: ['rate_limit', 'ratelimits', 'ratelimit', 'rate_limiting'],
  lists: ['list'],
  zones: ['zone', 'sites', 'site'],
} as const satisfies Keys

/** Keys of a document, each with the rules of one product. */
export const PRODUCT_KEYS = ['access', 'lockdown', 'user_agents', 'rules', 'rate_limits'] as const

export const ZONE_KEYS = {
  name: ['title', 'zone'],
  hosts: ['host', 'hostnames', 'domains'],
  default: ['fallback'],
  plan: [],
  page: ['error_page'],
  access: DOCUMENT_KEYS.access,
  lockdown: DOCUMENT_KEYS.lockdown,
  user_agents: DOCUMENT_KEYS.user_agents,
  rules: DOCUMENT_KEYS.rules,
  rate_limits: DOCUMENT_KEYS.rate_limits,
  lists: DOCUMENT_KEYS.lists,
} as const satisfies Keys

/** Keys that rules of every product have. */
const HEAD_KEYS = {
  name: ['title'],
  id: ['ref'],
  description: ['comment', 'note', 'notes'],
  enabled: ['disabled', 'active', 'paused'],
  page: ['error_page'],
} as const satisfies Keys

const CHALLENGE_KEYS = {
  managed_challenge: ['managed'],
  js_challenge: ['js', 'jschallenge'],
  challenge: ['captcha', 'interactive'],
} as const satisfies Keys

export const ACCESS_KEYS = {
  ...HEAD_KEYS,
  allow: ['whitelist', 'permit'],
  block: ['deny', 'ban', 'drop'],
  ...CHALLENGE_KEYS,
} as const satisfies Keys

export const AGENT_KEYS = {
  ...HEAD_KEYS,
  block: ['deny', 'ban', 'drop'],
  ...CHALLENGE_KEYS,
} as const satisfies Keys

export const LOCKDOWN_KEYS = {
  ...HEAD_KEYS,
  urls: ['url', 'paths'],
  allow: ['ips', 'addresses', 'configurations', 'allowed'],
  priority: ['order'],
} as const satisfies Keys

export const LIST_KEYS = {
  kind: ['type'],
  items: ['entries', 'values'],
  file: ['path', 'from', 'csv'],
} as const satisfies Keys

export const RESPONSE_KEYS = {
  status: ['status_code', 'code'],
  content: ['body', 'text'],
  content_type: ['type'],
} as const satisfies Keys

export const SKIP_KEYS = {
  ruleset: ['current', 'rules'],
  phases: ['phase'],
  products: ['product'],
} as const satisfies Keys

export const RULE_KEYS = {
  name: ['title'],
  id: ['ref'],
  description: ['comment', 'note'],
  enabled: ['disabled', 'active'],
  action: ['actions', 'do', 'then'],
  when: ['if', 'match', 'matches', 'conditions'],
  expression: ['expr', 'filter', 'rule'],
  page: ['error_page'],
  response: ['answer', 'custom_response'],
  skip: ['action_parameters', 'skips'],
  logging: ['log'],
} as const satisfies Keys

export const RATE_LIMIT_KEYS = {
  ...HEAD_KEYS,
  action: ['actions', 'do', 'then'],
  when: ['if', 'match', 'matches', 'conditions'],
  expression: ['expr', 'filter', 'rule'],
  response: ['answer', 'custom_response'],
  characteristics: ['per', 'by', 'key', 'keys', 'count_by'],
  period: ['window', 'interval'],
  requests_per_period: ['requests', 'limit', 'threshold', 'rate'],
  mitigation_timeout: ['timeout', 'duration', 'ban'],
  counting_expression: ['counting', 'count'],
  requests_to_origin: ['origin'],
  score_per_period: ['score'],
  score_response_header_name: ['score_header', 'header'],
} as const satisfies Keys

export const PAGE_KEYS = {
  generation: ['style', 'version'],
  code: ['error', 'error_code'],
  template: ['file', 'html'],
} as const satisfies Keys

export const CONDITION_KEYS = {
  country: ['countries'],
  continent: ['continents'],
  asn: ['asns', 'as', 'asnum'],
  ip: ['ips', 'cidr', 'address', 'addresses', 'range', 'network'],
  user_agent: ['ua', 'agent', 'useragent', 'user_agents'],
  path: ['paths', 'uri', 'url'],
  host: ['hosts', 'hostname', 'domain'],
  method: ['methods', 'verb'],
  header: ['headers'],
  ja3: ['ja3_hash'],
  ja4: [],
  not: ['except', 'unless', 'none'],
  any: ['or', 'any_of', 'one_of'],
  all: ['and', 'all_of'],
} as const satisfies Keys

/** Operators on texts. Each takes a text or a list, except the switches. */
export const OPERATOR_KEYS = {
  equals: ['equal', 'eq', 'is', 'exact', 'exactly', 'in'],
  contains: ['contain', 'includes', 'has'],
  starts_with: ['prefix', 'begins_with'],
  ends_with: ['suffix'],
  matches: ['match', 'regex', 'regexp', 'pattern'],
  wildcard: ['glob', 'like'],
  strict_wildcard: [],
} as const satisfies Keys

export const SWITCH_KEYS = {
  ignore_case: ['case_insensitive', 'nocase', 'insensitive'],
  or_empty: ['or_missing'],
  empty: ['missing'],
  present: ['exists'],
} as const satisfies Keys

export type RuleKey = keyof typeof RULE_KEYS
export type RateLimitKey = keyof typeof RATE_LIMIT_KEYS
export type ConditionKey = keyof typeof CONDITION_KEYS
export type Operator = keyof typeof OPERATOR_KEYS
export type Switch = keyof typeof SWITCH_KEYS

/** Switches that make sense for a condition: a path is never empty, and only a header can be absent. */
export const SWITCHES: Record<'user_agent' | 'path' | 'host' | 'header', readonly Switch[]> = {
  user_agent: ['ignore_case', 'or_empty', 'empty'],
  path: ['ignore_case'],
  host: ['or_empty', 'empty'],
  header: ['ignore_case', 'or_empty', 'empty', 'present'],
}
