/** Cloudflare's products with rules in configurations. */
export type Product = 'custom' | 'ratelimit' | 'access' | 'lockdown' | 'ua' | 'list'

/** A rule (or list) of a configuration, with the data of its product. */
export interface ImportedRule {
  readonly product: Product
  /** Id or name of its zone, if known. */
  readonly zone?: string
  /** Terraform's address of its zone, if the id is known only when Terraform runs. */
  readonly zone_resource?: string
  /** Its description; a list's name. */
  readonly name?: string
  /** The id that the owner gave it (`ref`, `id`). */
  readonly id?: string
  readonly expression?: string
  /** The action that runs. */
  readonly action?: string
  /** The action in the file, if that is an older word. */
  readonly written_action?: string
  readonly enabled?: boolean
  /** Terraform's address of the resource. */
  readonly resource?: string
  /** `file:line`; for a rule inside an attribute, the place of its resource. */
  readonly source: string
  /** `file:line` of the rule itself, if `source` is the place of its resource. */
  readonly at?: string
  /** Access and user agent rules: `ip`, `country`, `asn` …, and the value. */
  readonly target?: string
  readonly value?: string
  /** Lockdowns. */
  readonly urls?: readonly string[]
  readonly addresses?: readonly string[]
  /** Lists. */
  readonly kind?: string
  readonly items?: number
  readonly entries?: readonly ListEntry[]
  /** Rate limits. */
  readonly characteristics?: readonly string[]
  readonly period?: number
  readonly requests?: number
  readonly threshold?: number
  readonly timeout?: number
  readonly counting_expression?: string
  readonly requests_to_origin?: boolean
  readonly url?: string
  readonly methods?: readonly string[]
  /** URL patterns of requests that the limit neither counts nor stops. */
  readonly bypass?: readonly string[]
  /** Only responses with one of these statuses count. */
  readonly statuses?: readonly string[]
  /** The kind of its ruleset, if that is not the zone's. Rules of a `custom` ruleset run if another ruleset executes it. */
  readonly ruleset?: string
  /** The id (or Terraform's address) of such a ruleset, which `executes` refers to. */
  readonly ruleset_id?: string
  /** The parts that a `skip` skips; absent: the rest of the ruleset. */
  readonly skip?: SkippedParts
  /** The response of a `block`. */
  readonly response?: CustomResponse
  /** The ruleset that an `execute` runs: its id, or its resource. */
  readonly executes?: string
  readonly priority?: number
}

export interface SkippedParts {
  /** The rules below it in the same ruleset. */
  readonly current: boolean
  readonly phases: readonly string[]
  readonly products: readonly string[]
  readonly rulesets: readonly string[]
  readonly logs: boolean
}

export interface CustomResponse {
  readonly status?: number
  readonly content?: string
  readonly content_type?: string
}

export interface ListEntry {
  readonly value: string
  readonly comment?: string
}

/** An omitted part, with its name, place and reason. */
export interface LeftOut {
  readonly source: string
  readonly what: string
  readonly reason: string
}
