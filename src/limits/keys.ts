import { defaultScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import { valueToJson } from '../language/to-json.ts'
import type { Context, Value } from '../language/types.ts'
import { Ip } from '../lists/ip.ts'
import type { HashStart, KeyHash } from './key-hash.ts'
import { TAG } from './key-hash.ts'

/** One value of a counter's key. */
export interface KeyPart {
  /** In the owner's spelling: `http.request.headers["x-api-key"]`. */
  readonly characteristic: string
  /** JSON-safe; absent if the request has no such value. */
  readonly value?: unknown
}

/** The parts of a rule that its keys depend on. */
export interface KeyedRule {
  readonly id: string
  /** In seconds. */
  readonly period: number
  /** `cf.colo.id` and `cf.unique_visitor_id` have no `expression`, because they are not fields of the language. */
  readonly characteristics: readonly {
    readonly source: string
    readonly expression?: Expression
  }[]
}

const COLO = 'cf.colo.id'
const IP_SLOT = defaultScheme.slot('ip.src')
const WORD_BITS = 32n

type Read = (context: Context) => Value | undefined

const hashInteger = (hash: KeyHash, value: number | bigint): void => {
  hash.tag(TAG.integer)
  if (typeof value === 'number' && (value | 0) === value) {
    hash.word(value).word(value < 0 ? -1 : 0)
    return
  }
  const big = BigInt(value)
  hash.word(Number(BigInt.asIntN(32, big))).word(Number(BigInt.asIntN(32, big >> WORD_BITS)))
}

const hashValue = (hash: KeyHash, value: Value | undefined): void => {
  if (typeof value === 'string') hash.text(value)
  else if (value === undefined) hash.tag(TAG.absent)
  else if (value instanceof Ip) {
    hash.tag(TAG.address, value.family).word(value.d)
    if (value.family === 6) hash.word(value.c).word(value.b).word(value.a)
  } else if (typeof value === 'boolean') hash.tag(TAG.truth, value ? 1 : 0)
  else if (typeof value === 'number' || typeof value === 'bigint') hashInteger(hash, value)
  else if (Array.isArray(value)) {
    hash.tag(TAG.array, value.length)
    for (const one of value as readonly Value[]) hashValue(hash, one)
  } else {
    const map = value as ReadonlyMap<string, Value>
    hash.tag(TAG.map, map.size)
    // The order in the request does not lead to another counter.
    for (const name of [...map.keys()].sort()) {
      hash.text(name)
      hashValue(hash, map.get(name))
    }
  }
}

/** Cloudflare's id of a visitor behind a shared address does not exist here. The address replaces it. */
const readOf = ({ expression }: KeyedRule['characteristics'][number]): Read =>
  expression === undefined
    ? (context) => context.get(IP_SLOT)
    : (context) => expression.evaluate(context)

/** Selects the counter of one rule for a request. */
export class RuleKey {
  readonly #start: HashStart
  readonly #reads: readonly Read[]
  readonly #names: readonly string[]
  readonly #colo: string | undefined
  readonly #hash: KeyHash

  /**
   * @param hash the hash for all keys of one store
   * @param zone the site, because rules of two sites can have the same id
   * @param colo the data centre of this edge; rules with `cf.colo.id` count separately for each data centre
   */
  constructor(rule: KeyedRule, hash: KeyHash, zone: string, colo: string) {
    const { id, period, characteristics } = rule
    const values = characteristics.filter(({ source }) => source !== COLO)
    this.#colo = values.length < characteristics.length ? colo : undefined
    this.#names = values.map(({ source }) => source)
    this.#reads = values.map(readOf)
    this.#hash = hash
    hash.begin().text(zone).text(id).tag(TAG.integer, period)
    for (const name of this.#names) hash.text(name)
    hash.text(this.#colo ?? '')
    this.#start = hash.state
  }

  /** Computes the hash of a request's counter. `high` and `low` are valid until the next use of the hash. */
  hash(context: Context): KeyHash {
    this.#hash.begin(this.#start)
    for (const read of this.#reads) hashValue(this.#hash, read(context))
    return this.#hash.end()
  }

  /** The hashed values, for people. */
  parts(context: Context): KeyPart[] {
    const parts = this.#reads.map((read, i): KeyPart => {
      const value = read(context)
      const characteristic = this.#names[i]!
      return value === undefined
        ? { characteristic }
        : { characteristic, value: valueToJson(value) }
    })
    return this.#colo === undefined
      ? parts
      : [{ characteristic: COLO, value: this.#colo }, ...parts]
  }
}
