import type { AnonymizeIp } from '../events/anonymize.ts'
import { DURABILITIES } from '../events/node/durability.ts'
import { STORE_FAILURE_POLICIES } from '../events/node/group-commit.ts'
import type { SinkName } from '../events/node/open-sinks.ts'
import type { EventOptions } from '../node.ts'
import type { Arguments, Flag } from './command.ts'
import { usageError } from './command.ts'

const BYTES_PER_MB = 1_000_000
const MAX_DAYS = 36_500
const MAX_MB = 1_000_000_000

/** The flags of `serve` for the event store in SQLite or PostgreSQL. */
export const EVENT_FLAGS: Record<string, Flag> = {
  'on-store-failure': {
    value: 'POLICY',
    help: 'if no event can be written: refuse-anyway (default) answers at once and writes later, hold waits',
  },
  durability: {
    value: 'LEVEL',
    help: 'what an event survives after its refusal: commit (default) a killed process, flush a power cut, memory neither',
  },
  'keep-days': { value: 'N', help: 'remove older events (default 30)' },
  'keep-mb': { value: 'N', help: 'remove the oldest events beyond this size (default 1000)' },
}

/** The flags of `serve` that send events to further destinations besides the store. */
export const SINK_FLAGS: Record<string, Flag> = {
  sink: {
    value: 'SPEC',
    multiple: true,
    help: 'also send events there: ndjson:FILE (rotated), or the URL of a collector (batches as of Logpush)',
  },
}

export const sinksOf = (args: Arguments): SinkName[] => args.texts('sink') as SinkName[]

const named = <Name extends string>(
  args: Arguments,
  flag: string,
  names: readonly Name[]
): Name | undefined => {
  const text = args.text(flag)
  const found = names.find((name) => name === text)
  if (text === undefined || found !== undefined) return found
  throw usageError(`--${flag} "${text}": expected one of ${names.join(', ')}`)
}

/** The variable with the key for hashed addresses. It is not a flag, because other users of the machine can read command lines. */
export const IP_KEY_VARIABLE = 'EDGE1020_IP_KEY'
const MIN_KEY_CHARS = 16

/** Reads `--anonymize-ip`. Returns `undefined` without the flag. @throws EdgeError `wrong_usage` */
export const anonymizeIpOf = (args: Arguments, env = process.env): AnonymizeIp | undefined => {
  const how = named(args, 'anonymize-ip', ['truncate', 'hash'])
  if (how !== 'hash') return how
  const key = env[IP_KEY_VARIABLE] ?? ''
  if (key.length >= MIN_KEY_CHARS) return { key }
  throw usageError(
    `--anonymize-ip hash needs a key of at least ${MIN_KEY_CHARS} characters in the variable ${IP_KEY_VARIABLE}`
  )
}

const number = (args: Arguments, flag: string, max: number): number | undefined => {
  const text = args.text(flag)
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value
  throw usageError(`--${flag} "${text}": expected a whole number from 1 to ${max}`)
}

/** Reads the options of the event store. @throws EdgeError `wrong_usage` */
export const eventOptions = (args: Arguments): EventOptions => {
  const store = args.text('store')
  const without = Object.keys(EVENT_FLAGS).find((flag) => args.text(flag) !== undefined)
  if (without !== undefined && (store === 'memory' || store === 'none')) {
    throw usageError(`--${without} needs a store that outlives the edge, not --store ${store}`)
  }
  const megabytes = number(args, 'keep-mb', MAX_MB)
  return {
    durability: named(args, 'durability', DURABILITIES),
    onStoreFailure: named(args, 'on-store-failure', STORE_FAILURE_POLICIES),
    maxAgeDays: number(args, 'keep-days', MAX_DAYS),
    maxBytes: megabytes === undefined ? undefined : megabytes * BYTES_PER_MB,
  }
}
