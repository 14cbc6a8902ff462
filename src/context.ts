import { EdgeError } from './error.ts'
import { defaultScheme } from './language/defaults.ts'
import { fieldFacts } from './language/fields.ts'
import { valueFromJson } from './language/json.ts'
import type { Context, Value } from './language/types.ts'
import { requestFields } from './request/fields.ts'
import type { RequestReader } from './request/request.ts'
import type { Connection, Visitor } from './visitor/visitor.ts'

/** All that is known of one request when its rules are judged. */
export interface Facts {
  readonly request: RequestReader
  readonly visitor: Visitor
  readonly connection: Connection
  readonly ray: string
}

type Resolve = (facts: Facts) => Value | undefined

const RANDOM_SEED_BYTES = 16

/** Members of the European Union and the territories that belong to it, as Cloudflare's documentation lists them. */
const EUROPEAN_UNION = new Set(
  'AT AX BE BG CY CZ DE DK EE ES FI FR GF GP GR HR HU IE IT LT LU LV MF MQ MT NL PL PT RE RO SE SI SK YT'.split(
    ' '
  )
)

const visitorFields: Readonly<Record<string, Resolve>> = {
  'ip.src': ({ visitor }) => visitor.ip,
  'ip.src.country': ({ visitor }) => visitor.country,
  'ip.src.continent': ({ visitor }) => visitor.continent,
  'ip.src.asnum': ({ visitor }) => visitor.asn,
  'ip.src.is_in_european_union': ({ visitor }) => EUROPEAN_UNION.has(visitor.country),
  'cf.ray_id': ({ ray }) => ray,
  'cf.random_seed': () =>
    String.fromCharCode(...crypto.getRandomValues(new Uint8Array(RANDOM_SEED_BYTES))),
}

/** Fields that the transport may bring (`connection.fields`), as JSON values. */
const connectionValue = (name: string): Resolve => {
  const facts = fieldFacts.get(name)!
  return ({ connection }) => {
    const json = connection.fields?.[name]
    return json === undefined ? facts.default : valueFromJson(facts.type, json, name)
  }
}

const resolverOf = (name: string): Resolve => {
  const own = visitorFields[name]
  if (own !== undefined) return own
  const read = requestFields[name]
  return read === undefined ? connectionValue(name) : ({ request }) => read(request)
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

/**
 * The values that a compiled expression asks for. A field that several rules read is computed once, except those that
 * cost nothing.
 */
export class RequestContext implements Context {
  readonly #facts: Facts
  readonly #overrides: ReadonlyMap<number, Value> | undefined
  readonly #known: (Value | undefined)[] = []
  readonly #asked: number[] = []

  constructor(facts: Facts, overrides?: ReadonlyMap<number, Value>) {
    this.#facts = facts
    this.#overrides = overrides
  }

  get(slot: number): Value | undefined {
    // Few fields are read by the rules of one site: a short list beats a table of all of them.
    const at = this.#asked.indexOf(slot)
    if (at >= 0) return this.#known[at]
    const value = this.#overrides?.get(slot) ?? resolvers[slot]!(this.#facts)
    this.#asked.push(slot)
    this.#known.push(value)
    return value
  }
}
