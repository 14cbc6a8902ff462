import type { CompareNode } from '../../language/ast.ts'
import type { Value } from '../../language/types.ts'

/** Stands for any bytes in a template. It occurs in no value: bytes end at 0xff. */
export const ANY = '\uffff'

/**
 * What a condition says about a text, if proofs can use it: the text is one of `values`, or an instance of `template`.
 *
 * Such conditions are monotone: if one holds for a template, with `ANY` taken as an ordinary character, it holds for each of the
 * template's instances. Proofs rely on this.
 */
export type Shape =
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'template'; readonly template: string; readonly foldsCase: boolean }

const template = (text: string, foldsCase = false): Shape => ({
  kind: 'template',
  template: text,
  foldsCase,
})

/**
 * Converts a wildcard to a template: stars become `ANY`, and escaped characters stand for themselves.
 */
const ofWildcard = (pattern: string, foldsCase: boolean): Shape => {
  const text = pattern.replace(/\\(.)|\*/gs, (_, escaped?: string) => escaped ?? ANY)
  if (!text.includes(ANY) && !foldsCase) return { kind: 'values', values: [text] }
  return template(text, foldsCase)
}

const META = /[\\^$.*+?()[\]{}|]/

/** Converts a regular expression that consists of literal text and anchors. */
const ofRegex = (pattern: string): Shape | undefined => {
  const isFirst = pattern.startsWith('^')
  const isLast = /(?<!\\)(?:\\\\)*\$$/.test(pattern)
  const inner = pattern.slice(isFirst ? 1 : 0, isLast ? -1 : undefined)
  const text = inner.replace(/\\([^\w\s])/g, '')
  if (META.test(text)) return undefined
  const literal = inner.replace(/\\(.)/gs, '$1')
  if (isFirst && isLast) return { kind: 'values', values: [literal] }
  return template(`${isFirst ? '' : ANY}${literal}${isLast ? '' : ANY}`)
}

export const shapeOfCompare = ({ operator, right }: CompareNode): Shape | undefined => {
  if (right.kind === 'bytes_set') return { kind: 'values', values: right.items }
  if (right.kind === 'pattern') {
    return operator === 'matches'
      ? ofRegex(right.pattern)
      : ofWildcard(right.pattern, operator === 'wildcard')
  }
  if (right.kind !== 'literal' || typeof right.value !== 'string') return undefined
  if (operator === 'eq') return { kind: 'values', values: [right.value] }
  return operator === 'contains' ? template(`${ANY}${right.value}${ANY}`) : undefined
}

export const shapeOfCall = (name: string, literal: Value): Shape | undefined => {
  if (typeof literal !== 'string') return undefined
  return template(name === 'starts_with' ? `${literal}${ANY}` : `${ANY}${literal}`)
}
