/** The exports that `edge1020` and `edge1020/node` have in common. */
export type { Answer, AnswerOptions, Generation, PageChoice } from './answers/answer.ts'
export { readOwnPage } from './answers/own-page.ts'
export type { Edge, EdgeStats } from './edge.ts'
export type { Diagnostic, ErrorCode } from './error.ts'
export { EdgeError } from './error.ts'
export type {
  EventFilter,
  EventStore,
  FindResult,
  MatchedField,
  MissReason,
  SecurityEvent,
} from './events/event.ts'
export type { EventField, FieldType } from './events/fields.ts'
export { memoryStore } from './events/memory.ts'
export { noStore } from './events/none.ts'
export type {
  Condition,
  EventPage,
  EventQuery,
  EventSelection,
  Operator,
  SeriesPoint,
  SeriesQuery,
  TopQuery,
  TopRow,
} from './events/query.ts'
export type { EventSink } from './events/sink.ts'
export type { Gap, SinkState, StoreState, StoreTrouble } from './events/state.ts'
export type { CounterStats, Counters } from './limits/counters.ts'
export type { MemoryCounterOptions } from './limits/memory.ts'
export { memoryCounters } from './limits/memory.ts'
export type { HonoMountOptions } from './mount/hono.ts'
export { parseRay } from './ray.ts'
export { rulesFromObjects } from './rules/objects.ts'
export type { Rule, Ruleset } from './rules/rule.ts'
export type { Verdict, VerdictAction } from './verdict.ts'
export type {
  AsnSource,
  BotSource,
  BotVerdict,
  CityPlace,
  Connection,
  GeoSource,
  Reputation,
  ReputationSource,
  Visitor,
} from './visitor/visitor.ts'
