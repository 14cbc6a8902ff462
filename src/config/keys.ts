import type { EdgeConfig } from './config.ts'

/** How a text stands for a file: what of it is a path, relative to the configuration. */
export type PathKind = 'path' | 'store' | 'feed' | 'sink' | 'geo'

/** One setting. `flag` is the option of the command line that says the same. */
export interface ConfigKey {
  readonly kind: 'text' | 'texts' | 'number' | 'switch' | 'pairs'
  readonly flag?: string
  /** The commands whose option has this meaning. Default: all that have it. */
  readonly commands?: readonly string[]
  readonly path?: PathKind
  readonly oneOf?: readonly string[]
  /** The option takes the list as one text, separated by commas. */
  readonly joins?: true
  /** An environment variable that says the same; `separator` stands between the items of a list. */
  readonly variable?: string
  readonly separator?: ':' | ','
}

type Dotted<T, Prefix extends string = ''> = {
  [Name in keyof T & string]-?: NonNullable<T[Name]> extends infer Value
    ? Value extends boolean | string | number | readonly unknown[]
      ? `${Prefix}${Name}`
      : Value extends Readonly<Record<string, string>>
        ? string extends keyof Value
          ? `${Prefix}${Name}`
          : Dotted<Value, `${Prefix}${Name}.`>
        : Dotted<Value, `${Prefix}${Name}.`>
    : never
}[keyof T & string]

export type ConfigKeyName = Exclude<Dotted<EdgeConfig>, '$schema'>

const SERVE = ['serve']

/** Every setting by its place in the configuration. A new one is a row here, a member of `EdgeConfig`, and a row of the page. */
export const CONFIG_KEYS: Readonly<Record<ConfigKeyName, ConfigKey>> = {
  rules: {
    kind: 'texts',
    flag: 'rules',
    path: 'path',
    variable: 'EDGE1020_RULES',
    separator: ':',
  },
  tests: { kind: 'texts', path: 'path' },
  personas: { kind: 'texts', flag: 'personas', path: 'path' },
  'terraform.vars': { kind: 'pairs', flag: 'var' },
  'terraform.varFiles': { kind: 'texts', flag: 'var-file', path: 'path' },
  plan: {
    kind: 'text',
    flag: 'plan',
    oneOf: ['free', 'pro', 'business', 'enterprise'],
    variable: 'EDGE1020_PLAN',
  },
  data: { kind: 'text', flag: 'data', path: 'path', variable: 'EDGE1020_DATA' },
  store: { kind: 'text', flag: 'store', path: 'store', variable: 'EDGE1020_STORE' },
  'events.maxAgeDays': { kind: 'number', flag: 'keep-days' },
  'events.maxMegabytes': { kind: 'number', flag: 'keep-mb' },
  'events.durability': {
    kind: 'text',
    flag: 'durability',
    oneOf: ['commit', 'flush', 'memory'],
  },
  'events.onStoreFailure': {
    kind: 'text',
    flag: 'on-store-failure',
    oneOf: ['refuse-anyway', 'hold'],
  },
  sinks: { kind: 'texts', flag: 'sink', path: 'sink' },
  anonymizeIp: { kind: 'text', flag: 'anonymize-ip', oneOf: ['truncate', 'hash'] },
  redactQuery: { kind: 'texts', flag: 'redact-query', joins: true },
  geo: { kind: 'texts', flag: 'geo', path: 'geo' },
  asnData: { kind: 'text', flag: 'asn-data', path: 'path' },
  feeds: { kind: 'texts', flag: 'feed', path: 'feed' },
  bots: { kind: 'text', flag: 'bots', oneOf: ['on', 'off', 'dns'] },
  upstream: { kind: 'text', flag: 'upstream', variable: 'EDGE1020_UPSTREAM' },
  host: { kind: 'text', flag: 'host', commands: SERVE, variable: 'EDGE1020_HOST' },
  port: { kind: 'number', flag: 'port', commands: SERVE, variable: 'EDGE1020_PORT' },
  trust: { kind: 'texts', flag: 'trust', variable: 'EDGE1020_TRUST', separator: ',' },
  tls: { kind: 'switch', flag: 'tls' },
  'tls.cert': { kind: 'text', flag: 'tls-cert', path: 'path' },
  'tls.key': { kind: 'text', flag: 'tls-key', path: 'path' },
  overrides: { kind: 'switch', flag: 'overrides', commands: SERVE },
  counters: { kind: 'text', flag: 'counters', variable: 'EDGE1020_COUNTERS' },
  colo: { kind: 'text', flag: 'colo', variable: 'EDGE1020_COLO' },
  'challenges.lifetimeSeconds': { kind: 'number', flag: 'clearance' },
  'answers.page': {
    kind: 'text',
    flag: 'page',
    commands: SERVE,
    oneOf: ['g1', 'g2', 'g3', 'waf', 'union'],
  },
  'answers.template': { kind: 'text', flag: 'page-template', path: 'path' },
  'answers.contact': { kind: 'text', flag: 'contact' },
  'answers.languages': { kind: 'switch', flag: 'languages' },
  'answers.shortText': {
    kind: 'text',
    flag: 'short-text',
    commands: SERVE,
    oneOf: ['no-encoding', 'always', 'never'],
  },
  'admin.url': { kind: 'text', flag: 'admin', variable: 'EDGE1020_ADMIN' },
  'admin.host': { kind: 'text', flag: 'admin-host', variable: 'EDGE1020_ADMIN_HOST' },
  'admin.port': { kind: 'number', flag: 'admin-port', variable: 'EDGE1020_ADMIN_PORT' },
  'admin.names': { kind: 'texts', flag: 'admin-name' },
  'admin.readOnly': { kind: 'switch', flag: 'admin-read-only' },
  'admin.tls': { kind: 'switch', flag: 'admin-tls' },
  'lint.failOn': {
    kind: 'text',
    flag: 'fail-on',
    commands: ['lint'],
    oneOf: ['error', 'warning', 'info'],
  },
  'lint.maxWarnings': { kind: 'number', flag: 'max-warnings', commands: ['lint'] },
  'test.minCoverage': { kind: 'number', flag: 'min-coverage', commands: ['test'] },
  'test.minMutation': { kind: 'number', flag: 'min-mutation', commands: ['test'] },
  'audit.host': { kind: 'text', flag: 'host', commands: ['audit'] },
  'audit.failOn': {
    kind: 'text',
    flag: 'fail-on',
    commands: ['audit'],
    oneOf: ['high', 'medium', 'low', 'never'],
  },
}

/** The settings that a command reads, by the option that says the same. */
export const keysOf = (
  command: string,
  flags: Readonly<Record<string, unknown>>
): [ConfigKeyName, ConfigKey & { flag: string }][] =>
  Object.entries(CONFIG_KEYS).flatMap(([name, key]) => {
    const { flag, commands } = key
    if (flag === undefined || !Object.hasOwn(flags, flag)) return []
    return commands === undefined || commands.includes(command)
      ? [[name as ConfigKeyName, { ...key, flag }]]
      : []
  })
