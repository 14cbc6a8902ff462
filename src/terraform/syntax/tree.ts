import type { At } from './text.ts'

export type UnaryOperator = '!' | '-'
export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

/** Names of a `for`; `keyName` is absent for `for v in …`. */
export interface ForNames {
  readonly keyName: string | undefined
  readonly valueName: string
}

/** A piece of a template: text, an interpolation, or a directive. */
export type TemplatePart =
  | { readonly kind: 'text'; text: string }
  | { readonly kind: 'interpolation'; readonly expression: Expression }
  | {
      readonly kind: 'if'
      readonly condition: Expression
      readonly then: readonly TemplatePart[]
      readonly otherwise: readonly TemplatePart[]
    }
  | ({
      readonly kind: 'for'
      readonly collection: Expression
      readonly body: readonly TemplatePart[]
    } & ForNames)

interface Located {
  readonly at: At
}

/**
 * An expression of HCL's native syntax.
 *
 * Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 */
export type Expression = Located &
  (
    | { readonly kind: 'literal'; readonly value: string | number | bigint | boolean | null }
    | { readonly kind: 'template'; readonly parts: readonly TemplatePart[] }
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
    | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
    /** `each` is applied to every element; its innermost `of` is a `splat-item`. */
    | { readonly kind: 'splat'; readonly of: Expression; readonly each: Expression }
    | { readonly kind: 'splat-item' }
    | {
        readonly kind: 'call'
        readonly name: string
        readonly args: readonly Expression[]
        /** `f(list...)`: the elements of the last argument are arguments. */
        readonly isExpanded: boolean
      }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly of: Expression }
    | {
        readonly kind: 'binary'
        readonly operator: BinaryOperator
        readonly left: Expression
        readonly right: Expression
      }
    | {
        readonly kind: 'conditional'
        readonly condition: Expression
        readonly then: Expression
        readonly otherwise: Expression
      }
    | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
    | {
        readonly kind: 'object'
        readonly entries: readonly { readonly key: Expression; readonly value: Expression }[]
      }
    | ({
        readonly kind: 'for'
        readonly collection: Expression
        /** Present for `{ for … : key => value }`. */
        readonly key: Expression | undefined
        readonly value: Expression
        readonly condition: Expression | undefined
        /** `value...`: values of the same key become a list. */
        readonly isGrouped: boolean
      } & ForNames)
  )

export interface Attribute extends Located {
  readonly name: string
  readonly expression: Expression
}

export interface Block extends Located {
  readonly type: string
  readonly labels: readonly string[]
  readonly body: Body
}

/** Attributes by name, and blocks in the order in which they stand. */
export interface Body {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly blocks: readonly Block[]
}
