import { EdgeError } from './error.ts'
import { toBytes } from './language/bytes.ts'
import { defaultScheme } from './language/defaults.ts'
import { fieldFacts } from './language/fields.ts'
import { valueFromJson } from './language/json.ts'
import type { Context, Value } from './language/types.ts'
import type { RayId } from './ray.ts'
import { requestFields } from './request/fields.ts'
import type { RequestReader } from './request/request.ts'
import type { ResponseReader } from './request/response-fields.ts'
import type { ResponseWatch } from './request/watch-response.ts'
import { isStaticResource } from './visitor/bots/static-resource.ts'
import type { CityPlace, Connection, Visitor } from './visitor/visitor.ts'

/** The data on one request that its rules can read. */
export interface Facts {
  readonly request: RequestReader
  readonly visitor: Visitor
  readonly connection: Connection
  readonly rayId: RayId
  /** The response to the request; absent until it arrives. */
  readonly response?: ResponseReader | undefined
  /** The zone of the host, if the rules declare zones. */
  readonly zone?: { readonly name: string; readonly plan?: string } | undefined
}

type Resolve = (facts: Facts) => Value | undefined

const RANDOM_SEED_BYTES = 16

/** Members of the European Union and their territories, as in Cloudflare's documentation. */
const EUROPEAN_UNION = new Set(
  'AT AX BE BG CY CZ DE DK EE ES FI FR GF GP GR HR HU IE IT LT LU LV MF MQ MT NL PL PT RE RO SE SI SK YT'.split(
    ' '
  )
)

const placeField =
  (part: keyof CityPlace): Resolve =>
  ({ visitor }) =>
    toBytes(visitor.place[part])

const VERSION_FIELD = 'http.request.version'
/** The version of a request whose version is unknown. */
const UNKNOWN_VERSION = 'HTTP/1.1'

const isVerifiedBot: Resolve = ({ visitor }) => visitor.bot?.verified ?? false

const visitorFields: Readonly<Record<string, Resolve>> = {
  'ip.src': ({ visitor }) => visitor.ip,
  'ip.src.country': ({ visitor }) => visitor.country,
  'ip.src.continent': ({ visitor }) => visitor.continent,
  'ip.src.asnum': ({ visitor }) => visitor.asn,
  'ip.src.is_in_european_union': ({ visitor }) => EUROPEAN_UNION.has(visitor.country),
  'ip.src.city': placeField('city'),
  'ip.src.region': placeField('region'),
  'ip.src.region_code': placeField('regionCode'),
  'ip.src.subdivision_1_iso_code': placeField('subdivision1'),
  'ip.src.subdivision_2_iso_code': placeField('subdivision2'),
  'ip.src.postal_code': placeField('postalCode'),
  'ip.src.metro_code': placeField('metroCode'),
  'ip.src.lat': placeField('lat'),
  'ip.src.lon': placeField('lon'),
  'ip.src.timezone.name': placeField('timezone'),
  [VERSION_FIELD]: ({ request, visitor }) =>
    visitor.persona === undefined ? request.version : UNKNOWN_VERSION,
  'edge.ip_reputation.score': ({ visitor }) => visitor.reputation.score,
  'edge.ip_reputation.lists': ({ visitor }) => visitor.reputation.lists,
  'cf.bot_management.static_resource': ({ request }) => isStaticResource(request.path),
  'cf.client.bot': isVerifiedBot,
  'cf.bot_management.verified_bot': isVerifiedBot,
  'cf.verified_bot_category': ({ visitor }) => toBytes(visitor.bot?.category ?? ''),
  'cf.bot_management.score': ({ visitor }) =>
    visitor.bot?.score ?? fieldFacts.get('cf.bot_management.score')!.default,
  'cf.ray_id': ({ rayId }) => rayId.ray,
  'cf.random_seed': () =>
    String.fromCharCode(...crypto.getRandomValues(new Uint8Array(RANDOM_SEED_BYTES))),
}

/** Fields about this edge's side of a connection. */
const EDGE_SIDE = /^cf\.(?:edge\.server_|zone\.|colo\.)/

/**
 * Fields from the transport (`connection.fields`), as JSON values. The transport knows the tester, not the persona. If a persona
 * does not set a field, its value is unknown.
 */
const connectionValue = (name: string): Resolve => {
  const facts = fieldFacts.get(name)!
  const isEdgeSide = EDGE_SIDE.test(name)
  return ({ connection, visitor }) => {
    const isOwn = isEdgeSide || visitor.persona === undefined
    const json = isOwn ? connection.fields?.[name] : undefined
    return json === undefined ? facts.default : valueFromJson(facts.type, json, name)
  }
}

/** The value of a declared zone, else the transport's. */
const zoneFields: Readonly<Record<string, 'name' | 'plan'>> = {
  'cf.zone.name': 'name',
  'cf.zone.plan': 'plan',
}

const zoneValue = (name: string): Resolve => {
  const part = zoneFields[name]!
  const otherwise = connectionValue(name)
  return (facts) => {
    const value = facts.zone?.[part]
    return value === undefined ? otherwise(facts) : toBytes(value)
  }
}

const resolverOf = (name: string): Resolve => {
  if (Object.hasOwn(zoneFields, name)) return zoneValue(name)
  const own = visitorFields[name]
  if (own !== undefined) return own
  const read = requestFields[name]
  if (read !== undefined) return ({ request }) => read(request)
  const { source, default: before } = fieldFacts.get(name)!
  return source === 'response'
    ? ({ response }) => (response === undefined ? before : response(name))
    : connectionValue(name)
}

const resolvers: readonly Resolve[] = defaultScheme.slots.map(resolverOf)

/**
 * Values that win over everything else, by slot: test overrides, checked when they are read.
 *
 * @throws EdgeError `unknown_field`, `wrong_value`
 */
export const readOverrides = (
  json: Readonly<Record<string, unknown>>
): ReadonlyMap<number, Value> => {
  const overrides = new Map<number, Value>()
  for (const [name, value] of Object.entries(json)) {
    const field = defaultScheme.fields.get(name)
    if (field === undefined) {
      throw new EdgeError('unknown_field', `"${name}" is not a field of the Rules language`)
    }
    overrides.set(defaultScheme.slot(name), valueFromJson(field.type, value, name))
  }
  return overrides
}

/** The slots for the values of the fields that a ruleset reads. All requests share one layout. */
export interface ContextLayout {
  /** Place by slot; 0 if the value is not stored. */
  readonly places: Uint16Array
  readonly empty: readonly undefined[]
}

/** @param fields names of the fields that the rules read */
export const contextLayout = (fields: readonly string[]): ContextLayout => {
  const places = new Uint16Array(resolvers.length)
  fields.forEach((field, i) => {
    places[defaultScheme.slot(field)] = i + 1
  })
  return { places, empty: Array.from({ length: fields.length + 1 }, () => undefined) }
}

/** The values for compiled expressions. Each field is computed at most once per request. */
export class RequestContext implements Context, Facts {
  response: ResponseReader | undefined
  /** Callbacks of phases that need the response. */
  responseWatch: ResponseWatch | undefined
  /** Bits of the phases that a rule skipped (`Ruling.skips`). */
  skippedPhases = 0
  readonly #layout: ContextLayout
  readonly #known: (Value | undefined)[]
  /** Values that override all others, by slot. */
  readonly #overrides: ReadonlyMap<number, Value> | undefined
  #clearedOf: ((facts: Facts) => readonly number[]) | undefined
  #cleared: readonly number[] | undefined

  constructor(
    layout: ContextLayout,
    readonly request: RequestReader,
    readonly visitor: Visitor,
    readonly connection: Connection,
    readonly rayId: RayId,
    overrides?: ReadonlyMap<number, Value>,
    readonly zone?: Facts['zone']
  ) {
    this.#overrides = overrides
    this.#layout = layout
    this.#known = layout.empty.slice()
  }

  /**
   * Sets the challenges that the visitor has passed.
   *
   * @param clearedOf returns the times of the last clearances by level; called at most once, when the rule of a challenge is true
   */
  clearedBy(clearedOf: (facts: Facts) => readonly number[]): void {
    this.#clearedOf = clearedOf
  }

  /** True if the visitor has passed a challenge of this level (`challenges/level.ts`) or a higher one; false for 0. */
  hasCleared(level: number): boolean {
    return this.clearedAtMs(level) > 0
  }

  /** The time of the last such clearance in milliseconds since the epoch; 0 if there is none. */
  clearedAtMs(level: number): number {
    if (level === 0 || this.#clearedOf === undefined) return 0
    this.#cleared ??= this.#clearedOf(this)
    return this.#cleared[level]!
  }

  get(slot: number): Value | undefined {
    const place = this.#layout.places[slot]!
    return this.#known[place] ?? this.#read(slot, place)
  }

  /** The value of a field by its canonical name. */
  field(name: string): Value | undefined {
    return this.get(defaultScheme.slot(name))
  }

  #read(slot: number, place: number): Value | undefined {
    const value = this.#overrides?.get(slot) ?? resolvers[slot]!(this)
    if (place > 0) this.#known[place] = value
    return value
  }
}
