import type { ErrorCode } from '../error.ts'
import type { DeskOptions, LogSpec } from './desk.ts'
import type { ChunkPlace } from './scan.ts'
import type { TallyData } from './tally.ts'

/** What a judging thread is told. */
export type ToJudge =
  | { readonly kind: 'start'; readonly options: DeskOptions }
  | { readonly kind: 'open'; readonly spec: LogSpec }
  | { readonly kind: 'scan'; readonly place: ChunkPlace; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'finish' }

/** What it answers, in the order of what it was told. */
export type FromJudge =
  | { readonly kind: 'opened' }
  | { readonly kind: 'scanned'; readonly lines: number }
  | { readonly kind: 'finished'; readonly tally: TallyData }
  | { readonly kind: 'failed'; readonly code: ErrorCode | undefined; readonly message: string }
