import { HostnameSet } from '../lists/hostnames.ts'
import { nearest } from '../nearest.ts'
import type { ZONE_KEYS } from './keys.ts'
import type { Entry, MapNode, Node, Place } from './node.ts'
import { inBackticks } from './node.ts'
import type { Reader } from './reader.ts'
import type { Ruleset } from './rule.ts'

/** Cloudflare's plans, as `cf.zone.plan` has them. */
export const PLANS = ['FREE', 'PRO', 'BIZ', 'ENT'] as const
export type Plan = (typeof PLANS)[number]

/** The properties of a site other than its rules. */
export interface ZoneFacts {
  /** `cf.zone.name` */
  readonly name: string
  /** Host names, and `*.` with one for every name below it. */
  readonly hosts: readonly string[]
  /** True for the zone of all hosts that belong to no other zone. */
  readonly isDefault: boolean
  /** `cf.zone.plan` */
  readonly plan?: Plan
}

/** One site of several. */
export interface ZoneRules extends ZoneFacts {
  /** The document's rules, which apply to all zones, followed by this zone's rules. */
  readonly ruleset: Ruleset
  /** This zone's rules only. */
  readonly own: Pick<Ruleset, 'access' | 'lockdowns' | 'agents' | 'rules' | 'rateLimits'>
}

/** A zone's head, possibly incomplete because of problems. */
export interface ZoneHead extends ZoneFacts {
  readonly page: Entry | undefined
  readonly place: Place
}

const EXPECTED_HOST = 'a host name, or `*.` and a host name'

const readHosts = (node: Node, reader: Reader): string[] =>
  reader.items(node, EXPECTED_HOST).flatMap((item) => {
    const text = reader.text(item, EXPECTED_HOST)
    if (text === undefined) return []
    const host = text.value.toLowerCase()
    if (new HostnameSet().add(host)) return [host]
    const message = `${inBackticks(text.value)} is not a host name: expected one like \`shop.example\` or \`*.shop.example\``
    reader.findings.error(text.place, 'invalid_host', message)
    return []
  })

const readPlan = (node: Node, reader: Reader): Plan | undefined => {
  const text = reader.text(node, PLANS.join(', '))
  const plan = PLANS.find((known) => known === text?.value)
  if (text === undefined || plan !== undefined) return plan
  const near = nearest(text.value.toUpperCase(), PLANS)
  const message = `unknown plan ${inBackticks(text.value)}: expected one of ${PLANS.join(', ')}`
  reader.findings.error(text.place, 'unknown_plan', message, near && `did you mean \`${near}\`?`)
  return undefined
}

/**
 * Reads the properties of a zone: `name`, `hosts` (default: the name and all its subdomains), `default`, `plan`, `page`.
 */
export const readZoneHead = (
  { place }: MapNode,
  found: Partial<Record<keyof typeof ZONE_KEYS, Entry>>,
  reader: Reader
): ZoneHead | undefined => {
  if (found.name === undefined) {
    reader.findings.error(place, 'missing_key', 'the zone has no `name`', 'such as `shop.example`')
    return undefined
  }
  const name = reader.text(found.name.value, 'the name of a zone, such as `shop.example`')
  if (name === undefined) return undefined
  const isDefault = (found.default && reader.boolean(found.default.value, 'default')) ?? false
  const isHost = new HostnameSet().add(name.value)
  if (found.hosts === undefined && !isDefault && !isHost) {
    const message = `the zone ${inBackticks(name.value)} has no \`hosts\`, and its name is not a host name`
    reader.findings.error(place, 'missing_key', message)
  }
  const hosts =
    found.hosts === undefined
      ? isHost
        ? [name.value.toLowerCase(), `*.${name.value.toLowerCase()}`]
        : []
      : readHosts(found.hosts.value, reader)
  const plan = found.plan && readPlan(found.plan.value, reader)
  return {
    name: name.value,
    hosts,
    isDefault,
    ...(plan === undefined ? {} : { plan }),
    page: found.page,
    place,
  }
}

/** Checks that each host belongs to one zone, and that at most one zone is the default. */
export const checkZones = (zones: readonly ZoneHead[], reader: Reader): void => {
  const owners = new Map<string, string>()
  const names = new Set<string>()
  let hasDefault = false
  for (const { name, hosts, isDefault, place } of zones) {
    if (names.has(name)) {
      reader.findings.error(place, 'duplicate_zone', `the zone ${inBackticks(name)} appears twice`)
    }
    names.add(name)
    if (isDefault && hasDefault) {
      reader.findings.error(place, 'duplicate_zone', 'two zones have `default: true`')
    }
    hasDefault ||= isDefault
    for (const host of hosts) {
      const owner = owners.get(host)
      if (owner !== undefined && owner !== name) {
        const message = `the host ${inBackticks(host)} already belongs to the zone ${inBackticks(owner)}`
        reader.findings.error(place, 'duplicate_zone', message)
      }
      owners.set(host, name)
    }
  }
}
