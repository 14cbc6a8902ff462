import type { Value } from '../types.ts'

/** One bit for each rule. */
export type Bits = Int32Array

/** Marks the rules that a value may make true. */
export type Mark = (value: Value, bits: Bits) => void

/** For each key, the numbers of the rules that look for it. */
export type Postings<Key> = ReadonlyMap<Key, readonly number[]>

/** The number of bits in a word, as a power of two. */
export const WORD_SHIFT = 5

export const markAll = (bits: Bits, rules: readonly number[]): void => {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!
    bits[rule >>> WORD_SHIFT]! |= 1 << rule
  }
}

/** Marks the rules that look for exactly this value. */
export const valueLookup =
  (postings: Postings<Value>): Mark =>
  (value, bits) => {
    const rules = postings.get(value)
    if (rules !== undefined) markAll(bits, rules)
  }
