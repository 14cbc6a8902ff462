import type { CompareNode } from '../../language/ast.ts'
import type { Value } from '../../language/types.ts'

/** Stands for any bytes in a template. No value has it: bytes end at 0xff. */
export const ANY = '\uffff'

/**
 * What a condition on a text says, where that can be reasoned about: the text is one of `values`, or an instance of `template`.
 *
 * Such conditions are monotone: one that is true of a template, `ANY` being a character like any other, is true of each of its
 * instances. That is what proofs rest on.
 */
export type Shape =
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'template'; readonly template: string; readonly foldsCase: boolean }

const template = (text: string, foldsCase = false): Shape => ({
  kind: 'template',
  template: text,
  foldsCase,
})

/** A wildcard as a template: its stars stand for anything, its escapes for themselves. */
const ofWildcard = (pattern: string, foldsCase: boolean): Shape => {
  const text = pattern.replace(/\\(.)|\*/gs, (_, escaped?: string) => escaped ?? ANY)
  if (!text.includes(ANY) && !foldsCase) return { kind: 'values', values: [text] }
  return template(text, foldsCase)
}

const META = /[\\^$.*+?()[\]{}|]/

/** A regular expression of literal text and anchors. */
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
