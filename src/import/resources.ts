import type { View } from '../terraform/view.ts'
import { dataType, zoneNameOf } from '../terraform/zone-data.ts'
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

/** Data sources that name a zone. */
const ZONE_DATA = [dataType('cloudflare_zone'), dataType('cloudflare_zones')]

const RULES = new Set([
  ...Object.keys(READERS),
  FIREWALL_RULE,
  LIST,
  OLD_LIST,
  LIST_ITEM,
  LIST_ITEMS,
])
const CONTEXT = new Set([ZONE, FILTER, ...ZONE_DATA])

/** True for resources with rules or lists. */
export const isRuleResource = (type: string): boolean => RULES.has(type)

/** True for resources that rules refer to: their filters and zones. */
export const isContextResource = (type: string): boolean => CONTEXT.has(type)

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
    const before = found.rules.length + firewall.rules.length
    if (type === ZONE) {
      const zone = readZone(resource, address)
      if (zone !== undefined) found.zones.push(zone)
    } else if (ZONE_DATA.includes(type)) {
      const name = zoneNameOf(resource)
      const ids = [textOrNothing(resource, 'id'), textOrNothing(resource, 'zone_id')]
      const keys = [address, ...ids.filter((id) => id !== undefined)]
      if (typeof name === 'string') found.zones.push({ name, keys })
      // What Terraform found, in a plan or a state.
      for (const zone of [...resource.children('zones'), ...resource.children('result')]) {
        const one = readZone(zone)
        if (one !== undefined) found.zones.push(one)
      }
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
      found.add(resource.place, address, () => {
        lists.item(Lists.keyOf(resource), resource, address)
        return undefined
      })
    } else if (type === LIST_ITEMS) {
      found.add(resource.place, address, () => {
        const key = Lists.keyOf(resource)
        for (const item of resource.children('items')) lists.item(key, item, address)
        return undefined
      })
    } else {
      READERS[type]?.(resource, found)
    }
    if (uncertain !== undefined && found.rules.length + firewall.rules.length > before) {
      found.warn(
        resource.place,
        `${address}: ${uncertain.what} is not known before Terraform runs: its rules load once`
      )
    }
  }
  lists.readInto(found)
  found.rules.push(...byPriority(firewall.rules))
  found.leftOut.push(...firewall.leftOut)
}
