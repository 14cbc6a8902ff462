import type { IpRange } from '../lists/ip.ts'
import type { FunctionDefinition } from './scheme.ts'
import type { Type, Value } from './types.ts'

/** Offsets in the source, in UTF-16 units; `end` is one past the last unit. */
export interface Span {
  readonly start: number
  readonly end: number
}

export type Index =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'each' }

/** A field with its indexes. */
export interface FieldNode extends Span {
  readonly kind: 'field'
  /** The canonical name: aliases are resolved. */
  readonly name: string
  readonly slot: number
  readonly indexes: readonly Index[]
  /** The type after all indexes; with `[*]`, the type of one element. */
  readonly type: Type
  /** True if an index is `[*]`, which gives the operand many values. */
  readonly each: boolean
}

/** A function call with its indexes. */
export interface CallNode extends Span {
  readonly kind: 'call'
  readonly definition: FunctionDefinition
  readonly evaluate: FunctionDefinition['evaluate']
  readonly arguments: readonly ArgumentNode[]
  /** True if the first argument has `[*]`: the call runs once for each element and returns an array. */
  readonly mapped: boolean
  readonly indexes: readonly Index[]
  readonly type: Type
  readonly each: boolean
}

export type OperandNode = FieldNode | CallNode

export interface LiteralNode extends Span {
  readonly kind: 'literal'
  readonly type: Type
  readonly value: Value
}

export type ArgumentNode = OperandNode | LiteralNode | LogicalNode

export type OrderingOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'

export type IntRange = readonly [from: number | bigint, to: number | bigint]

/** The right-hand side of a comparison, by operator. */
export type Right =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'dynamic'; readonly operand: OperandNode }
  | { readonly kind: 'bytes_set'; readonly items: readonly string[] }
  | { readonly kind: 'int_set'; readonly items: readonly IntRange[] }
  | { readonly kind: 'ip_set'; readonly items: readonly IpRange[] }
  | { readonly kind: 'list'; readonly name: string }
  | {
      readonly kind: 'pattern'
      /** A binary string: the regex of `matches`, or the pattern of a wildcard with its own escapes. */
      readonly pattern: string
      readonly test: (bytes: string) => boolean
    }

export type Operator =
  | OrderingOperator
  | 'in'
  | 'contains'
  | 'matches'
  | 'wildcard'
  | 'strict wildcard'
  | 'bitwise_and'

export interface CompareNode extends Span {
  readonly kind: 'compare'
  readonly left: OperandNode
  readonly operator: Operator
  readonly right: Right
  /** Bool, or Array<Bool> if the left side has `[*]`. */
  readonly type: Type
}

/** A Bool, Array<Bool> or Map<Bool> operand without an operator. */
export interface BareNode extends Span {
  readonly kind: 'bare'
  readonly operand: OperandNode
  readonly type: Type
}

export interface ConstantNode extends Span {
  readonly kind: 'constant'
  readonly value: boolean
  readonly type: Type
}

export interface NotNode extends Span {
  readonly kind: 'not'
  readonly item: LogicalNode
  readonly type: Type
}

export interface CombineNode extends Span {
  readonly kind: 'and' | 'or' | 'xor'
  readonly items: readonly LogicalNode[]
  readonly type: Type
}

export interface QuantifierNode extends Span {
  readonly kind: 'any' | 'all'
  readonly item: LogicalNode
  readonly type: Type
}

export type LogicalNode =
  | CompareNode
  | BareNode
  | ConstantNode
  | NotNode
  | CombineNode
  | QuantifierNode

/** The root of a source: a filter, or a value if the caller allows values. */
export type RootNode = LogicalNode | OperandNode | LiteralNode
