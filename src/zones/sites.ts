import type { PhaseServices } from '../phases/phase.ts'
import type { Ruleset } from '../rules/rule.ts'
import type { Zone } from './zone.ts'
import { createZone } from './zone.ts'

/** The active zones. Immutable: a reload creates others and swaps the reference. */
export interface Sites {
  readonly ruleset: Ruleset
  readonly zones: readonly Zone[]
  /** The zone of a request. The host is read only if there are several zones. */
  find(request: { readonly hostname: string }): Zone
}

/**
 * Finds zones by host: the exact name, then the longest matching `*.` name, then the default. Without declared zones, one zone has
 * every host. If no declared zone has the host, the result is a zone without rules and with `isNowhere`.
 *
 * @example createSites(ruleset, services).find({ hostname: 'www.shop.example' }).facts?.name // 'shop.example'
 */
export const createSites = (ruleset: Ruleset, services: PhaseServices): Sites => {
  if (ruleset.zones.length === 0) {
    const only = createZone(ruleset, services, ruleset.site)
    return { ruleset, zones: [only], find: () => only }
  }
  const names = new Map<string, Zone>()
  const parents = new Map<string, Zone>()
  let other: Zone | undefined
  const servicesOf = (zone: string): PhaseServices => ({
    // Counters are created when a rule needs them.
    get counters() {
      return services.counters
    },
    colo: services.colo,
    now: services.now,
    zone,
  })
  const zones = ruleset.zones.map((declared) => {
    const zone = createZone(declared.ruleset, servicesOf(declared.name), declared)
    for (const host of declared.hosts) {
      if (host.startsWith('*.')) parents.set(host.slice(2), zone)
      else names.set(host, zone)
    }
    if (declared.isDefault) other = zone
    return zone
  })
  const nowhere = createZone({ ...ruleset, ...NO_RULES }, services, undefined, true)
  const fallback = other ?? nowhere

  const find: Sites['find'] = ({ hostname: host }) => {
    const exact = names.get(host)
    if (exact !== undefined) return exact
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const zone = parents.get(host.slice(dot + 1))
      if (zone !== undefined) return zone
    }
    return fallback
  }
  return { ruleset, zones, find }
}

const NO_RULES = { access: [], lockdowns: [], agents: [], rules: [], rateLimits: [], zones: [] }
