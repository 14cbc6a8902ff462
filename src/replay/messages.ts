import type { ErrorCode } from '../error.ts'
import type { DeskOptions, LogSpec } from './desk.ts'
import type { ChunkPlace } from './scan.ts'
import type { TallyData } from './tally.ts'

/** A message to a judging thread. */
export type ToJudge =
  | { readonly kind: 'start'; readonly options: DeskOptions }
  | { readonly kind: 'open'; readonly spec: LogSpec }
  | { readonly kind: 'scan'; readonly place: ChunkPlace; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'finish' }

/** An answer of a judging thread. Answers come in the order of the messages. */
export type FromJudge =
  | { readonly kind: 'opened' }
  | { readonly kind: 'scanned'; readonly lines: number }
  | { readonly kind: 'finished'; readonly tally: TallyData }
  | { readonly kind: 'failed'; readonly code: ErrorCode | undefined; readonly message: string }
