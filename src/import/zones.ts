import type { ZoneDraft } from '../rules/document.ts'
import type { Draft } from '../rules/draft.ts'
import type { Plan, ZoneFacts } from '../rules/zones.ts'
import { isUnknown } from '../terraform/values.ts'
import type { View } from '../terraform/view.ts'
import { textOrNothing } from './read.ts'
import type { ImportedRule } from './rule.ts'

/** A zone of a configuration. */
export interface ImportedZone {
  /** Its host name. */
  readonly name: string
  /** Its id, and Terraform's address of its resource. */
  readonly keys: readonly string[]
  readonly plan?: Plan
}

/** Plans in the API and in Terraform, as `cf.zone.plan` has them. */
const PLANS: ReadonlyMap<string, Plan> = new Map([
  ['free', 'FREE'],
  ['pro', 'PRO'],
  ['business', 'BIZ'],
  ['enterprise', 'ENT'],
])

/** The id or the name of an object's zone; the address of its resource if the id is known only when Terraform runs. */
export const zoneOf = (view: View): Pick<ImportedRule, 'zone' | 'zone_resource'> => {
  const [scope] = view.children('scope')
  const scoped =
    scope !== undefined && textOrNothing(scope, 'type') === 'zone'
      ? textOrNothing(scope, 'id')
      : undefined
  const zone =
    textOrNothing(view, 'zone_id') ??
    textOrNothing(view, 'zone') ??
    scoped ??
    textOrNothing(view, 'zone_name')
  const id = view.value('zone_id')
  const resource = id !== undefined && isUnknown(id) ? id.idOf : undefined
  return {
    ...(zone === undefined ? {} : { zone }),
    ...(resource === undefined ? {} : { zone_resource: resource }),
  }
}

/**
 * A zone of Terraform (`zone` up to version 4 of the provider, then `name`) or of the API.
 *
 * @param resource its address
 */
export const readZone = (view: View, resource?: string): ImportedZone | undefined => {
  const name = textOrNothing(view, 'zone') ?? textOrNothing(view, 'name')
  if (name === undefined) return undefined
  const id = textOrNothing(view, 'id')
  const [details] = view.children('plan')
  const written = textOrNothing(view, 'plan') ?? (details && textOrNothing(details, 'legacy_id'))
  const plan = PLANS.get(written ?? '')
  return {
    name,
    keys: [id, resource].filter((key) => key !== undefined),
    ...(plan === undefined ? {} : { plan }),
  }
}

/** The zone in an object that names it beside its id. */
export const namedZone = (view: View): ImportedZone | undefined => {
  const name = textOrNothing(view, 'zone_name')
  const id = textOrNothing(view, 'zone_id')
  return name === undefined ? undefined : { name, keys: id === undefined ? [] : [id] }
}

/** The known zone of each rule. */
export class Zones {
  readonly #byKey = new Map<string, ImportedZone>()

  constructor(zones: readonly ImportedZone[]) {
    for (const zone of zones) {
      for (const key of [...zone.keys, zone.name]) {
        const known = this.#byKey.get(key)
        this.#byKey.set(key, { ...known, ...zone })
      }
    }
  }

  of({ zone, zone_resource: resource }: ImportedRule): ImportedZone | undefined {
    return this.#byKey.get(zone ?? '') ?? this.#byKey.get(resource ?? '')
  }

  /** The zones of the rules: the known ones, and the number of all. */
  count(rules: readonly ImportedRule[]): { known: ImportedZone[]; all: number } {
    const known = new Map<string, ImportedZone>()
    const all = new Set<string>()
    for (const rule of rules) {
      const zone = this.of(rule)
      if (zone !== undefined) known.set(zone.name, zone)
      const key = zone?.name ?? rule.zone ?? rule.zone_resource
      if (key !== undefined) all.add(key)
    }
    return { known: [...known.values()], all: all.size }
  }
}

/** The zone of hosts without another zone: rules of a zone whose name is not known judge them. */
export const otherZone = ({
  zone,
  zone_resource: resource,
}: ImportedRule): ZoneFacts | undefined => {
  const name = zone ?? resource
  return name === undefined ? undefined : { name, hosts: [], isDefault: true }
}

/** The facts of a known zone. */
export const factsOf = ({ name, plan }: ImportedZone): ZoneFacts => ({
  name,
  hosts: [name, `*.${name}`],
  isDefault: false,
  ...(plan === undefined ? {} : { plan }),
})

/** Adds imported rules to the zones of the documents. */
export const joinZones = (
  declared: readonly ZoneDraft[],
  imported: readonly { readonly draft: Draft; readonly zone: ZoneFacts }[]
): ZoneDraft[] => {
  const zones = declared.map((zone) => ({ ...zone, rules: [...zone.rules] }))
  for (const { draft, zone: facts } of imported) {
    const isSame = ({ head }: ZoneDraft) =>
      facts.isDefault ? head.isDefault : head.name === facts.name
    let zone = zones.find(isSame)
    if (zone === undefined) {
      const head = { ...facts, page: undefined, place: draft.place }
      zone = { head, page: undefined, rules: [], lists: [] }
      zones.push(zone)
    }
    zone.rules.push(draft)
  }
  return zones
}
