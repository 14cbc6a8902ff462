import type { View } from '../terraform/view.ts'
import {
  byPriority,
  readAccessRule,
  readFirewallRule,
  readLockdown,
  readOldRateLimit,
  readUserAgentRule,
  referenceIn,
} from './legacy.ts'
import { Lists } from './lists.ts'
import { Found, textOrNothing } from './read.ts'
import { readRuleset } from './rulesets.ts'
import { readZone } from './zones.ts'

/** A resource of Terraform: evaluated, planned, or from a state. */
export interface ConfiguredResource extends View {
  readonly type: string
  readonly address: string
  readonly uncertain?: { readonly what: string }
}

type Reader = (resource: ConfiguredResource, found: Found) => void

const READERS: Readonly<Record<string, Reader>> = {
  cloudflare_ruleset: (resource, found) => readRuleset(resource, found, resource.address),
  cloudflare_access_rule: (resource, found) => readAccessRule(resource, found, resource.address),
  cloudflare_user_agent_blocking_rule: (resource, found) =>
    readUserAgentRule(resource, found, resource.address),
  cloudflare_user_agent_blocking_rules: (resource, found) =>
    readUserAgentRule(resource, found, resource.address),
  cloudflare_zone_lockdown: (resource, found) => readLockdown(resource, found, resource.address),
  cloudflare_rate_limit: (resource, found) => readOldRateLimit(resource, found, resource.address),
}

const ZONE = 'cloudflare_zone'
const FIREWALL_RULE = 'cloudflare_firewall_rule'
const FILTER = 'cloudflare_filter'
const LIST = 'cloudflare_list'
/** The name of `cloudflare_list` up to version 3 of the provider. */
const OLD_LIST = 'cloudflare_ip_list'
const LIST_ITEM = 'cloudflare_list_item'
const LIST_ITEMS = 'cloudflare_list_items'

/** True for resources with rules or lists. */
export const isRuleResource = (type: string): boolean =>
  Object.hasOwn(READERS, type) ||
  [ZONE, FIREWALL_RULE, FILTER, LIST, OLD_LIST, LIST_ITEM, LIST_ITEMS].includes(type)

/** The rules of Cloudflare's resources. Firewall rules come last, sorted by priority. */
export const readResources = (resources: readonly ConfiguredResource[], found: Found): void => {
  const filters = new Map<string, View>()
  const lists = new Lists()
  const firewall = new Found()
  for (const resource of resources) {
    if (resource.type === FILTER) {
      filters.set(resource.address, resource)
      const id = textOrNothing(resource, 'id')
      if (id !== undefined) filters.set(id, resource)
    }
  }
  for (const resource of resources) {
    const { type, address, uncertain } = resource
    if (uncertain !== undefined) {
      found.warn(
        resource.place,
        `${address}: ${uncertain.what} is not known before Terraform runs: its rules load once`
      )
    }
    if (type === ZONE) {
      const zone = readZone(resource, address)
      if (zone !== undefined) found.zones.push(zone)
    } else if (type === FIREWALL_RULE) {
      readFirewallRule(
        resource,
        firewall,
        (rule) => filters.get(referenceIn(rule, 'filter_id') ?? '') ?? rule.children('filter')[0],
        address
      )
    } else if (type === LIST || type === OLD_LIST) {
      lists.list(resource, textOrNothing(resource, 'id') ?? address, address)
    } else if (type === LIST_ITEM) {
      const key = Lists.keyOf(resource)
      if (key === undefined) found.leaveOut(resource.place, address, 'its list is unknown')
      else lists.item(key, resource)
    } else if (type === LIST_ITEMS) {
      const key = Lists.keyOf(resource)
      for (const item of resource.children('items')) lists.item(key ?? '', item)
    } else {
      READERS[type]?.(resource, found)
    }
  }
  lists.readInto(found)
  found.rules.push(...byPriority(firewall.rules))
  found.leftOut.push(...firewall.leftOut)
}
