import { EdgeError } from '../../error.ts'
import { DURABILITIES, type Durability } from './durability.ts'
import type { CommitPolicy, StoreFailurePolicy } from './group-commit.ts'
import { STORE_FAILURE_POLICIES } from './group-commit.ts'
import type { Limits } from './store-limits.ts'

/** The options of a store that outlives the process. */
export interface StoreOptions {
  /** Reads a store that another process writes: `append` fails, and a missing store is an error. */
  readOnly?: boolean
  /**
   * The failures that an event survives after its refusal: `commit` (default) the end of the process; `flush` also a power
   * cut, at the price of waiting for the disk; `memory` none, until it is written a moment later. `process` and `power` are
   * older names of the first two.
   */
  durability?: Durability | 'process' | 'power'
  /**
   * The fate of a refusal whose event cannot be written: `refuse-anyway` (default) sends it at once and writes the event as
   * soon as possible; `hold` makes it wait.
   */
  onStoreFailure?: StoreFailurePolicy
  /** Older events are removed. Default 30. */
  maxAgeDays?: number
  /** Beyond this size the oldest events are removed. Default 1,000,000,000. */
  maxBytes?: number
  /** Beyond this number the oldest events are removed. Default: no limit. */
  maxEvents?: number
  /** The maximum number of bytes of events in memory while nothing can be written; further events are lost. Default 16 MiB. */
  maxHeldBytes?: number
  /** Called at the start of a problem. */
  onTrouble?: (error: EdgeError) => void
  /** Called when it is over, and for incidents of the store. */
  onNotice?: (message: string) => void
}

const DEFAULT_MAX_AGE_DAYS = 30
const DEFAULT_MAX_BYTES = 1_000_000_000
const DEFAULT_HELD_BYTES = 16 * 1_048_576
const MS_PER_DAY = 86_400_000

const positive = (name: string, value: number, isWhole: boolean): number => {
  if (value > 0 && (value === Number.POSITIVE_INFINITY || !isWhole || Number.isInteger(value))) {
    return value
  }
  const expected = isWhole ? 'a whole number of at least 1' : 'a number above 0'
  throw new EdgeError('invalid_store', `${name} ${value}: expected ${expected}`)
}

const oneOf = <Name extends string>(
  option: string,
  value: string,
  names: readonly Name[]
): Name => {
  const found = names.find((name) => name === value)
  if (found !== undefined) return found
  throw new EdgeError('invalid_store', `${option} "${value}": expected one of ${names.join(', ')}`)
}

const OLDER_NAMES: Readonly<Record<string, Durability>> = { process: 'commit', power: 'flush' }

/** @throws EdgeError `invalid_store` */
export const readStoreOptions = ({
  durability = 'commit',
  onStoreFailure = 'refuse-anyway',
  maxAgeDays = DEFAULT_MAX_AGE_DAYS,
  maxBytes = DEFAULT_MAX_BYTES,
  maxEvents = Number.POSITIVE_INFINITY,
  maxHeldBytes = DEFAULT_HELD_BYTES,
}: StoreOptions): { policy: CommitPolicy; limits: Limits } => ({
  policy: {
    durability: oneOf('durability', OLDER_NAMES[durability] ?? durability, DURABILITIES),
    onStoreFailure: oneOf('onStoreFailure', onStoreFailure, STORE_FAILURE_POLICIES),
    maxHeldBytes: positive('maxHeldBytes', maxHeldBytes, true),
  },
  limits: {
    maxAgeMs: positive('maxAgeDays', maxAgeDays, false) * MS_PER_DAY,
    maxBytes: positive('maxBytes', maxBytes, true),
    maxEvents: positive('maxEvents', maxEvents, true),
  },
})
