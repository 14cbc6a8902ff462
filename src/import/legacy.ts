import { formatIp, parseIp } from '../lists/ip.ts'
import { isUnknown } from '../terraform/values.ts'
import type { View } from '../terraform/view.ts'
import type { Found } from './read.ts'
import { boolean, known, number, Refusal, required, text, textOrNothing, texts } from './read.ts'
import type { ImportedRule } from './rule.ts'
import { zoneOf } from './zones.ts'

/** Actions of the retired Firewall Rules, with today's names. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['allow', 'skip'],
  ['bypass', 'skip'],
  ['simulate', 'log'],
  ['whitelist', 'allow'],
])

/** The action that runs, with the written word if that differs. */
export const actionOf = (written: string): Pick<ImportedRule, 'action' | 'written_action'> => {
  const action = ACTIONS.get(written)
  return action === undefined ? { action: written } : { action, written_action: written }
}

const LAST = Number.POSITIVE_INFINITY

/** Rules without a priority run after all others. */
export const byPriority = (rules: readonly ImportedRule[]): ImportedRule[] =>
  [...rules].sort((a, b) => (a.priority ?? LAST) - (b.priority ?? LAST))

/** The filter of a firewall rule: an id, a resource, or the filter itself. */
export type FindFilter = (rule: View) => View | undefined

const missingFilter = (rule: View): never => {
  const id = rule.value('filter_id')
  // An id of a resource is unknown too, but its filter is in the files if it exists.
  if (id !== undefined && isUnknown(id) && id.idOf === undefined) known(id)
  throw new Refusal('its filter is not among the files')
}

/** The action of a rule: a word, or version 5 of the provider's `{ mode = "block" }`. */
const modeOf = (rule: View): string => {
  const [action] = rule.children('action')
  if (action === undefined) return required(rule, 'action')
  known(action.unknown)
  return required(action, 'mode')
}

/**
 * A rule of the retired Firewall Rules.
 *
 * Source: https://developers.cloudflare.com/firewall/api/cf-firewall-rules/
 */
export const readFirewallRule = (
  rule: View,
  found: Found,
  filterOf: FindFilter,
  resource?: string
): void => {
  const what = textOrNothing(rule, 'description') ?? resource ?? 'a firewall rule'
  found.add(rule.place, what, () => {
    const filter = filterOf(rule) ?? missingFilter(rule)
    known(filter.unknown)
    const written = modeOf(rule)
    const products = texts(rule, 'products')
    const { action, written_action } = actionOf(written)
    const isPaused = boolean(rule, 'paused') ?? false
    return {
      product: 'custom',
      ...zoneOf(rule),
      name: textOrNothing(rule, 'description') || textOrNothing(filter, 'description') || undefined,
      id: textOrNothing(rule, 'ref') || textOrNothing(rule, 'id') || undefined,
      expression: required(filter, 'expression').trim(),
      action,
      written_action,
      enabled: !isPaused,
      resource,
      source: rule.place,
      skip:
        action === 'skip'
          ? {
              current: written === 'allow',
              phases:
                written === 'allow' ? ['http_ratelimit', 'http_request_firewall_managed'] : [],
              products,
              rulesets: [],
              logs: true,
            }
          : undefined,
      priority: number(rule, 'priority'),
    }
  })
}

/** `whitelist` means `allow`. Unlike a firewall rule's `allow`, it skips more than the rules below. */
const accessAction = (mode: string): Pick<ImportedRule, 'action' | 'written_action'> =>
  mode === 'whitelist' ? { action: 'allow', written_action: mode } : { action: mode }

/**
 * An IP Access rule.
 *
 * Source: https://developers.cloudflare.com/waf/tools/ip-access-rules/
 */
export const readAccessRule = (rule: View, found: Found, resource?: string): void => {
  const [configuration] = rule.children('configuration')
  const notes = textOrNothing(rule, 'notes') || undefined
  found.add(rule.place, notes ?? resource ?? 'an access rule', () => {
    if (configuration === undefined) throw new Refusal('`configuration` is missing')
    known(configuration.unknown)
    const target = required(configuration, 'target')
    return {
      product: 'access',
      ...zoneOf(rule),
      name: notes,
      ...accessAction(required(rule, 'mode')),
      enabled: !(boolean(rule, 'paused') ?? false),
      resource,
      source: rule.place,
      target,
      value: shortAddress(required(configuration, 'value')),
    }
  })
}

/** The API writes IPv6 addresses in full. */
const shortAddress = (value: string): string => {
  const [address = '', ...prefix] = value.split('/')
  const ip = address.includes(':') ? parseIp(address) : undefined
  return ip === undefined ? value : [formatIp(ip), ...prefix].join('/')
}

/**
 * A User Agent Blocking rule.
 *
 * Source: https://developers.cloudflare.com/waf/tools/user-agent-blocking/
 */
export const readUserAgentRule = (rule: View, found: Found, resource?: string): void => {
  const [configuration] = rule.children('configuration')
  const name = textOrNothing(rule, 'description') || undefined
  found.add(rule.place, name ?? resource ?? 'a user agent rule', () => {
    if (configuration === undefined) throw new Refusal('`configuration` is missing')
    known(configuration.unknown)
    return {
      product: 'ua',
      ...zoneOf(rule),
      name,
      ...actionOf(required(rule, 'mode')),
      enabled: !(boolean(rule, 'paused') ?? false),
      resource,
      source: rule.place,
      target: text(configuration, 'target') ?? 'ua',
      value: required(configuration, 'value'),
    }
  })
}

/**
 * A Zone Lockdown.
 *
 * Source: https://developers.cloudflare.com/waf/tools/zone-lockdown/
 */
export const readLockdown = (rule: View, found: Found, resource?: string): void => {
  const name = textOrNothing(rule, 'description') || undefined
  found.add(rule.place, name ?? resource ?? 'a zone lockdown', () => ({
    product: 'lockdown',
    ...zoneOf(rule),
    name,
    enabled: !(boolean(rule, 'paused') ?? false),
    resource,
    source: rule.place,
    urls: texts(rule, 'urls'),
    addresses: rule.children('configurations').map((configuration) => {
      known(configuration.unknown)
      return required(configuration, 'value')
    }),
    priority: number(rule, 'priority'),
  }))
}

/** Old modes, and today's actions. */
const MODES: ReadonlyMap<string, string> = new Map([
  ['ban', 'block'],
  ['simulate', 'log'],
])

const PATTERNS = 'bypass_url_patterns'

const unlessEmpty = <T>(items: readonly T[]): readonly T[] | undefined =>
  items.length === 0 ? undefined : items

/** Patterns in the provider up to version 4; objects in the API, and in blocks that the provider's export tool wrote. */
const bypassed = (rule: View): string[] => {
  const blocks = rule.children(PATTERNS).filter((one) => one.names().length > 0)
  return [
    ...(blocks.length === 0 ? texts(rule, PATTERNS) : []),
    ...[...rule.children('bypass'), ...blocks]
      .filter((one) => (text(one, 'name') ?? 'url') === 'url')
      .map((one) => required(one, 'value')),
  ]
}

/** A rate limit of the retired API, with a URL pattern instead of an expression. */
export const readOldRateLimit = (rule: View, found: Found, resource?: string): void => {
  const name = textOrNothing(rule, 'description') || undefined
  found.add(rule.place, name ?? resource ?? 'a rate limit', () => {
    const [action] = rule.children('action')
    const [match] = rule.children('match')
    const [request] = match?.children('request') ?? []
    const [response] = match?.children('response') ?? []
    const mode = modeOf(rule)
    const today = MODES.get(mode)
    return {
      product: 'ratelimit',
      ...zoneOf(rule),
      name,
      action: today ?? mode,
      written_action: today === undefined ? undefined : mode,
      enabled: !(boolean(rule, 'disabled') ?? false),
      resource,
      source: rule.place,
      threshold: number(rule, 'threshold'),
      period: number(rule, 'period'),
      timeout: action === undefined ? undefined : number(action, 'timeout'),
      url:
        request === undefined ? undefined : (text(request, 'url') ?? text(request, 'url_pattern')),
      methods: request === undefined ? undefined : texts(request, 'methods'),
      bypass: unlessEmpty(bypassed(rule)),
      statuses: unlessEmpty(
        response === undefined ? [] : [...texts(response, 'statuses'), ...texts(response, 'status')]
      ),
    }
  })
}

/** In a document of the API, the rule contains its filter. */
export const filterWithin: FindFilter = (rule) => rule.children('filter')[0]

/** The id that a member refers to, or the resource with this id. */
export const referenceIn = (view: View, name: string): string | undefined => {
  const value = view.value(name)
  if (value === undefined) return undefined
  if (isUnknown(value)) return value.idOf
  return String(value)
}
