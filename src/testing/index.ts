/** edge1020/testing: an edge for tests, and matchers, to test how a client behaves when it is blocked. */
export type { TestClock } from '../control/clock.ts'
export type { EdgeControls } from '../control/control.ts'
export type { SeenRequest } from '../control/requests.ts'
export type {
  BlockOptions,
  ChallengeOptions,
  ForcedAnswer,
  LimitOptions,
  NextOptions,
  OriginOptions,
  ScriptStep,
} from '../control/steps.ts'
export type { WantedEvent } from '../control/wanted.ts'
export type { EdgeView, TestEdge } from './create.ts'
export { createTestEdge } from './create.ts'
export type { EdgeFetch } from './fetch.ts'
export type { Interception } from './intercept.ts'
export type {
  BlockedExpectation,
  ChallengedExpectation,
  EdgeMatchers,
  RateLimitedExpectation,
} from './matchers.ts'
export { matchers } from './matchers.ts'
export type { TestEdgeOptions } from './options.ts'
export type { FetchHandler, NodeHandler } from './origin.ts'
export type { BrowserTarget } from './route.ts'
export type { Who, WhoFacts } from './who.ts'
