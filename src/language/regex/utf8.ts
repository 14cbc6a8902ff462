import type { Ranges } from './ranges.ts'

/**
 * A set of codepoints as their UTF-8 bytes. Each edge takes one byte of `ranges`; an edge without `next` ends the codepoint.
 * Equal subtrees are one object, which keeps a class of thousands of ranges small.
 */
export interface Trie {
  readonly edges: readonly { readonly ranges: Ranges; readonly next: Trie | undefined }[]
}

interface Draft {
  edges: { low: number; high: number; next: Draft | undefined }[]
}

const LENGTH_ENDS = [0x7f, 0x7ff, 0xffff, 0x10ffff]
const SURROGATE_LOW = 0xd800
const SURROGATE_HIGH = 0xdfff

const encode = (value: number): number[] => {
  if (value < 0x80) return [value]
  if (value < 0x800) return [0xc0 | (value >> 6), 0x80 | (value & 0x3f)]
  if (value < 0x10000) {
    return [0xe0 | (value >> 12), 0x80 | ((value >> 6) & 0x3f), 0x80 | (value & 0x3f)]
  }
  return [
    0xf0 | (value >> 18),
    0x80 | ((value >> 12) & 0x3f),
    0x80 | ((value >> 6) & 0x3f),
    0x80 | (value & 0x3f),
  ]
}

const insert = (draft: Draft, low: readonly number[], high: readonly number[]) => {
  let at = draft
  low.forEach((byte, i) => {
    const last = at.edges.at(-1)
    if (last && last.low === byte && last.high === high[i] && last.next) {
      at = last.next
      return
    }
    const next = i + 1 < low.length ? { edges: [] } : undefined
    at.edges.push({ low: byte, high: high[i]!, next })
    if (next) at = next
  })
}

/**
 * Splits a range until each byte of its UTF-8 varies independently, then inserts the pieces in order.
 */
const addRange = (draft: Draft, low: number, high: number): void => {
  if (low > high) return
  if (low <= SURROGATE_HIGH && high >= SURROGATE_LOW) {
    addRange(draft, low, SURROGATE_LOW - 1)
    addRange(draft, SURROGATE_HIGH + 1, high)
    return
  }
  for (const end of LENGTH_ENDS) {
    if (low <= end && end < high) {
      addRange(draft, low, end)
      addRange(draft, end + 1, high)
      return
    }
  }
  if (high > 0x7f) {
    for (let bits = 6; bits <= 18; bits += 6) {
      const mask = (1 << bits) - 1
      if (low >> bits === high >> bits) break
      if ((low & mask) !== 0) {
        addRange(draft, low, low | mask)
        addRange(draft, (low | mask) + 1, high)
        return
      }
      if ((high & mask) !== mask) {
        addRange(draft, low, (high & ~mask) - 1)
        addRange(draft, high & ~mask, high)
        return
      }
    }
  }
  insert(draft, encode(low), encode(high))
}

/** Returns the trie of a set of codepoints. Surrogates are left out, because UTF-8 has none. */
export const toTrie = (codepoints: Ranges): Trie => {
  const draft: Draft = { edges: [] }
  for (let i = 0; i < codepoints.length; i += 2) addRange(draft, codepoints[i]!, codepoints[i + 1]!)
  const known = new Map<string, { trie: Trie; id: number }>()
  const share = (node: Draft): { trie: Trie; id: number } => {
    const grouped = new Map<number, { ranges: number[]; next: Trie | undefined }>()
    for (const edge of node.edges) {
      const next = edge.next && share(edge.next)
      const same = grouped.get(next?.id ?? 0)
      if (same) same.ranges.push(edge.low, edge.high)
      else grouped.set(next?.id ?? 0, { ranges: [edge.low, edge.high], next: next?.trie })
    }
    const key = [...grouped].map(([id, { ranges }]) => `${id}:${ranges.join()}`).join(';')
    let shared = known.get(key)
    if (!shared) {
      shared = { trie: { edges: [...grouped.values()] }, id: known.size + 1 }
      known.set(key, shared)
    }
    return shared
  }
  return share(draft).trie
}
