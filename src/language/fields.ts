import table from './fields.json' with { type: 'json' }
import type { FieldDefinition } from './scheme.ts'
import type { Type, Value } from './types.ts'
import { parseType } from './types.ts'

/**
 * The source of a field's value on this edge. A `constant` is the same on any edge like this one. `override` has no source
 * yet: a test override or `default` gives the value, and a rule that reads it gets a warning when it loads.
 */
export type FieldSource =
  | 'request'
  | 'connection'
  /** The peer's address, and values that the edge makes for each request. */
  | 'visitor'
  | 'override'
  | 'constant'
  /** The location of the visitor's address within its country: `ip.src.city` … */
  | 'place'
  /** Postal codes and second subdivisions. Not all location data has them. */
  | 'postal'
  /** The country of the visitor's address and fields that follow from it. */
  | 'country'
  | 'asn'
  /** From reputation feeds, about the address: `edge.ip_reputation.…`, which only this edge has. */
  | 'reputation'
  | 'bots'
  /** The ClientHello and the handshake, which only a TLS listener of this edge sees. */
  | 'tls'
  /** The response to a request that passed. Rules that judge requests cannot read it. */
  | 'response'

/**
 * The only place that can read a field: `response`: rules that see the response, and the counting expression of rate
 * limiting rules; `custom_error`: custom error responses and response header rules; `transform`: rules that rewrite
 * requests; `characteristic`: the characteristics of rate limiting; `network`: Magic Firewall, which sees packets.
 */
export type FieldPhase = 'response' | 'custom_error' | 'transform' | 'characteristic' | 'network'

export interface FieldFacts {
  readonly type: Type
  readonly source: FieldSource
  /** The value if no source gives one: the documented value, else the type's empty value. */
  readonly default: Value | undefined
  /**
   * The Cloudflare plan that has the field, according to the documentation; absent if the documentation names none.
   */
  readonly plan?: string
  /** Absent for a field of custom rules and rate limiting rules. */
  readonly phase?: FieldPhase
}

interface Row {
  name: string
  type: string
  alias?: string
  source?: string
  default?: boolean | number | string
  plan?: string
  phase?: string
  deprecated?: string
}

const rows: readonly Row[] = table.fields

const EMPTY: Record<Type['kind'], Value | undefined> = {
  Bool: false,
  Int: 0,
  Bytes: '',
  // No address can represent an unknown one, so the field is missing.
  Ip: undefined,
  Array: [],
  Map: new Map(),
}

/** Why a custom rule cannot read a field. */
const REFUSALS: Record<FieldPhase, string> = {
  response: 'is a field of the response: rules that judge a request cannot read it',
  custom_error: 'is a field of error responses: rules that judge a request cannot read it',
  transform: 'is a field of rules that rewrite requests: custom rules cannot read it',
  characteristic: 'is for counting in rate limiting rules: expressions cannot read it',
  network: 'is a field of packets: rules that judge HTTP requests cannot read it',
}

const typeOf = ({ name, type }: Row): Type => {
  const parsed = parseType(type)
  if (parsed === undefined) throw new RangeError(`fields.json: ${name} has no type "${type}"`)
  return parsed
}

const definition = (row: Row): FieldDefinition => {
  const { name, alias, deprecated } = row
  if (alias !== undefined) {
    return { name, type: typeOf(row), alias, deprecated: `write \`${alias}\`` }
  }
  return { name, type: typeOf(row), ...(deprecated === undefined ? {} : { deprecated }) }
}

/** Every field, for expressions of any phase. */
export const fields: readonly FieldDefinition[] = rows.map(definition)

/** The same fields in the same order. Those that no custom rule can read are refused. */
export const customRuleFields: readonly FieldDefinition[] = rows.map((row) => {
  if (row.phase === undefined) return definition(row)
  return { ...definition(row), refused: `\`${row.name}\` ${REFUSALS[row.phase as FieldPhase]}` }
})

const facts = (row: Row): FieldFacts => {
  const type = typeOf(row)
  return {
    type,
    source: row.source as FieldSource,
    default: row.default ?? EMPTY[type.kind],
    plan: row.plan,
    phase: row.phase as FieldPhase | undefined,
  }
}

/** Facts of each canonical field. */
export const fieldFacts: ReadonlyMap<string, FieldFacts> = new Map(
  rows.filter((row) => row.alias === undefined).map((row) => [row.name, facts(row)])
)
