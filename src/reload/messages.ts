import type { Diagnostic, ErrorCode } from '../error.ts'
import type { ListKind, ListSlot } from '../lists/kind.ts'
import type { PreparedList } from '../lists/named.ts'
import type { RulesetParts, ZoneParts } from '../rules/assemble.ts'
import type { ProductSlot } from '../rules/replace-rules.ts'
import type { PortablePage, PortableRule } from './portable.ts'

/** The kinds of a list from elsewhere, such as a feed: `null` for a list that does not state its kind. */
export type OtherKinds = Partial<Record<ListSlot, ListKind | null>>

/** The load that a thread is asked for. */
export interface LoadQuestion {
  readonly kind: 'load'
  readonly paths: readonly string[]
  readonly options: {
    readonly vars?: readonly string[] | undefined
    readonly varFiles?: readonly string[] | undefined
    readonly front?: readonly unknown[] | undefined
  }
  /** Lists from elsewhere, by name. */
  readonly others: ReadonlyMap<string, OtherKinds>
  /** The large list files that the asking thread has, by `listKey`. */
  readonly cached: ReadonlyMap<
    string,
    { readonly state: string; readonly kind: ListKind; readonly size: number }
  >
  readonly largeBytes: number
}

/** Asks for the next reply. One at a time, so no burst of replies keeps visitors waiting. */
export interface NextQuestion {
  readonly kind: 'next'
}

export type Question = LoadQuestion | NextQuestion

/** The place of a list file. */
export interface FileKey {
  readonly key: string
  readonly state: string
  readonly size: number
}

/** Replies, in this order: lists by their numbers, rules, the rest. */
export type Reply =
  | {
      readonly kind: 'failed'
      readonly code: ErrorCode | undefined
      readonly message: string
      readonly diagnostics: readonly Diagnostic[]
    }
  /** Names of lists that are not in the files: the caller asks again, with their kinds. */
  | { readonly kind: 'unknown'; readonly names: readonly string[] }
  /** The asking thread already has the next list. */
  | { readonly kind: 'cached'; readonly key: string }
  /** Entries of the next list. */
  | {
      readonly kind: 'entries'
      readonly to: 'names' | 'parents'
      readonly texts: readonly string[]
    }
  | { readonly kind: 'numbers'; readonly numbers: Float64Array }
  /** The next list: its ranges, or the end of its entries. */
  | {
      readonly kind: 'list'
      readonly list: Extract<PreparedList, { kind: 'ip' }> | Exclude<ListKind, 'ip'>
      readonly file?: FileKey | undefined
    }
  | {
      readonly kind: 'rules'
      /** The number of the zone; absent for rules of the account. */
      readonly zone?: number
      readonly slot: ProductSlot
      readonly rules: readonly PortableRule[]
    }
  | {
      readonly kind: 'done'
      readonly zones: readonly (Pick<ZoneParts, 'facts' | 'lists'> & {
        readonly page?: PortablePage
      })[]
      readonly parts: Pick<RulesetParts, 'lists' | 'site' | 'files' | 'warnings'>
    }
