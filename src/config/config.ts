/**
 * The settings of a project, for every command of edge1020: the default export of `edge1020.config.ts`. A flag wins over an
 * environment variable, and a variable wins over this file. Paths are relative to the file.
 */
export interface EdgeConfig {
  /** Address of the JSON schema, in a file of JSON. */
  readonly $schema?: string
  /** Rule files and folders, as `--rules`. `lint`, `audit` and `rules` read them where the command line names none. */
  readonly rules?: string | readonly string[]
  /** Test files and folders for `edge1020 test`. Tests without `rules` of their own test the rules above. */
  readonly tests?: string | readonly string[]
  /** Persona files. */
  readonly personas?: string | readonly string[]
  /** Values for the variables of a Terraform folder. */
  readonly terraform?: {
    readonly vars?: Readonly<Record<string, string>>
    readonly varFiles?: string | readonly string[]
  }
  /** Cloudflare's plan, whose limits `edge1020 lint` checks. */
  readonly plan?: 'free' | 'pro' | 'business' | 'enterprise'

  /** Directory of the event store and of downloaded data. Default `.edge1020`. */
  readonly data?: string
  /** Event store: `memory`, `none`, `sqlite:FILE` or `postgres://HOST/DATABASE`. Default: SQLite in `data`. */
  readonly store?: string
  /** How `serve` keeps events. */
  readonly events?: {
    /** Remove older events. Days; default 30. */
    readonly maxAgeDays?: number
    /** Remove the oldest events beyond this size. Megabytes; default 1000. */
    readonly maxMegabytes?: number
    readonly durability?: 'commit' | 'flush' | 'memory'
    readonly onStoreFailure?: 'refuse-anyway' | 'hold'
  }
  /** Where `serve` also sends events: `ndjson:FILE`, or the URL of a collector. */
  readonly sinks?: string | readonly string[]
  /** Visitors' addresses in events. `hash` needs the key in the variable EDGE1020_IP_KEY. */
  readonly anonymizeIp?: 'truncate' | 'hash'
  /** Query parameters whose values are redacted in events; `all` for every one. */
  readonly redactQuery?: string | readonly string[]

  /** MaxMind databases, or `geoip-lite`. */
  readonly geo?: string | readonly string[]
  /** Table of autonomous systems. */
  readonly asnData?: string
  /** Reputation feeds, as `--feed`: `drop=drop.json,weight=80`. */
  readonly feeds?: string | readonly string[]
  /** Detection of bots. Default `on`. */
  readonly bots?: 'on' | 'off' | 'dns'

  /** The origin of `serve`. */
  readonly upstream?: string
  /** Address that `serve` listens on. Default 127.0.0.1. */
  readonly host?: string
  /** Port of `serve` for visitors. Default 8020. */
  readonly port?: number
  /** Proxies whose forwarded addresses are trusted: networks, `loopback`, `private`, `cloudflare`. */
  readonly trust?: string | readonly string[]
  /** HTTPS: `true` for a temporary certificate, or the files of one (PEM). */
  readonly tls?: boolean | { readonly cert: string; readonly key: string }
  /** Accept `x-edge-…` test headers from loopback and trusted peers. Default false. */
  readonly overrides?: boolean
  /** Counters of rate limits: `memory`, `memory:MAXKEYS` or `redis://HOST:PORT`. */
  readonly counters?: string
  /** Data centre in Ray IDs, three letters. */
  readonly colo?: string
  /** Lifetime of a passed challenge. */
  readonly challenges?: { readonly lifetimeSeconds?: number }
  /** The form of refusals. */
  readonly answers?: {
    readonly page?: 'g1' | 'g2' | 'g3' | 'waf' | 'union'
    /** A page of your own, with Cloudflare's tokens. */
    readonly template?: string
    /** Contact link for visitors. */
    readonly contact?: string
    /** edge1020's own sentences in the visitor's language. */
    readonly languages?: boolean
    readonly shortText?: 'no-encoding' | 'always' | 'never'
  }
  /** The admin port of `serve`, where `events`, `explain --ray` and `check` ask. Its token is read from EDGE1020_ADMIN_TOKEN. */
  readonly admin?: {
    /** The address to ask, where it is not this machine's port below. */
    readonly url?: string
    readonly host?: string
    /** Default 8021. */
    readonly port?: number
    /** Host names of the admin port, besides localhost and IP addresses. */
    readonly names?: string | readonly string[]
    readonly readOnly?: boolean
    /** HTTPS on the admin port too. */
    readonly tls?: boolean
  }

  /** Defaults of `edge1020 lint`. */
  readonly lint?: {
    readonly failOn?: 'error' | 'warning' | 'info'
    readonly maxWarnings?: number
  }
  /** Defaults of `edge1020 test`. Percent. */
  readonly test?: {
    readonly minCoverage?: number
    readonly minMutation?: number
  }
  /** Defaults of `edge1020 audit`. */
  readonly audit?: {
    /** Host of its requests. */
    readonly host?: string
    readonly failOn?: 'high' | 'medium' | 'low' | 'never'
  }
}

/**
 * Gives a configuration its type: the editor knows its keys and their values.
 *
 * @example
 * // edge1020.config.ts
 * import { defineConfig } from 'edge1020/config'
 *
 * export default defineConfig({ rules: 'rules', tests: 'rules', trust: ['loopback'] })
 */
export const defineConfig = (config: EdgeConfig): EdgeConfig => config
