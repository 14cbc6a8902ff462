/**
 * Every key the loader knows, with words people write instead. `schema/rules.json` lists the same keys; a test compares.
 * The order is the order of messages.
 */
type Keys = Readonly<Record<string, readonly string[]>>

export const DOCUMENT_KEYS = {
  $schema: [],
  name: ['title'],
  rules: ['rule'],
} as const satisfies Keys

export const RULE_KEYS = {
  name: ['title'],
  id: ['ref'],
  description: ['comment', 'note'],
  enabled: ['disabled', 'active'],
  action: ['actions', 'do', 'then'],
  when: ['if', 'match', 'matches', 'conditions'],
  expression: ['expr', 'filter', 'rule'],
  page: ['response', 'answer', 'error_page'],
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

/** Ways to look at a text; each takes a text or a list, except the switches. */
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
