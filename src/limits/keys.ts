import { defaultScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import { valueToJson } from '../language/json.ts'
import type { Context, Value } from '../language/types.ts'
import { Ip } from '../lists/ip.ts'
import type { HashStart, KeyHash } from './key-hash.ts'
import { TAG } from './key-hash.ts'

/** One value by which a rule tells its counters apart. */
export interface KeyPart {
  /** As the owner wrote it: `http.request.headers["x-api-key"]`. */
  readonly characteristic: string
  /** JSON-safe; absent where the request has no such value. */
  readonly value?: unknown
}

/** What a rule tells its counters apart by, as far as keys go. */
export interface KeyedRule {
  readonly id: string
  /** In seconds. */
  readonly period: number
  /** `expression` is absent of `cf.colo.id` and `cf.unique_visitor_id`, which no field of the language holds. */
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
    // The order in which a visitor sends things makes no other counter.
    for (const name of [...map.keys()].sort()) {
      hash.text(name)
      hashValue(hash, map.get(name))
    }
  }
}

/** Nothing holds Cloudflare's id of a visitor behind a shared address: the address stands for it. */
const readOf = ({ expression }: KeyedRule['characteristics'][number]): Read =>
  expression === undefined
    ? (context) => context.get(IP_SLOT)
    : (context) => expression.evaluate(context)

/** Which counter of one rule a request is counted by. */
export class RuleKey {
  readonly #start: HashStart
  readonly #reads: readonly Read[]
  readonly #names: readonly string[]
  readonly #colo: string | undefined
  readonly #hash: KeyHash

  /**
   * @param hash all keys of one store are made by one
   * @param zone the site: rules of two may have the same id
   * @param colo the data centre of this edge; rules with `cf.colo.id` count apart from other data centres
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

  /** The hash of a request's counter, in `high` and `low` of the hash until its next use. */
  hash(context: Context): KeyHash {
    this.#hash.begin(this.#start)
    for (const read of this.#reads) hashValue(this.#hash, read(context))
    return this.#hash.end()
  }

  /** For people: what the hash was made of. */
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
