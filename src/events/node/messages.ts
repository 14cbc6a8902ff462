import type { ErrorCode } from '../../error.ts'
import type { EventFilter, SecurityEvent } from '../event.ts'
import type { EventQuery, SeriesQuery, TopQuery } from '../query.ts'
import type { Gap } from '../state.ts'
import type { DrainOptions } from './drain.ts'

/** A journal, its written bytes, whether it is finished, and the number of its events. */
export type Grown = readonly [path: string, bytes: number, isFinished: boolean, events: number]

/** A question to the reading thread; `held` are events that wait in memory. */
export type Question = { held?: readonly SecurityEvent[] } & (
  | { about: 'find'; argument: string }
  | { about: 'query'; argument: EventFilter | undefined }
  | { about: 'page'; argument: EventQuery | undefined }
  | { about: 'top'; argument: TopQuery }
  | { about: 'series'; argument: SeriesQuery }
)

/** Messages to the threads of the event stores. */
export type ToThread =
  | { kind: 'open'; store: number; options: DrainOptions }
  | { kind: 'grown'; store: number; journals: readonly Grown[] }
  | { kind: 'suspect'; store: number }
  | { kind: 'close'; store: number; call: number }
  | { kind: 'ask'; call: number; file: string; name: string; question: Question }
  | { kind: 'leave'; call: number; file: string }

/** Messages from these threads. */
export type FromThread =
  | { kind: 'idle'; store: number }
  | { kind: 'taken'; store: number; events: number }
  | { kind: 'evicted'; store: number; events: number }
  | { kind: 'trouble'; store: number; message: string | undefined }
  | { kind: 'notice'; store: number; message: string; gap: Gap | undefined }
  | { kind: 'lost-name'; store: number; path: string }
  | { kind: 'done'; call: number; value: unknown }
  | { kind: 'failed'; call: number; code: ErrorCode; message: string; isDamage: boolean }
