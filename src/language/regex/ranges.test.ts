import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toBytes } from '../bytes.ts'
import {
  BYTE_MAX,
  foldAscii,
  intersect,
  negate,
  normalize,
  type Ranges,
  subtract,
  symmetricDifference,
  union,
} from './ranges.ts'
import { type Trie, toTrie } from './utf8.ts'

const pairs = (max: number) =>
  fc
    .array(fc.tuple(fc.nat(max), fc.nat(max)), { maxLength: 6 })
    .map((list) => normalize(list.flatMap(([a, b]) => [Math.min(a, b), Math.max(a, b)])))

const has = (set: Ranges, value: number) =>
  set.some((low, i) => i % 2 === 0 && low <= value && value <= set[i + 1]!)

const isNormal = (set: Ranges) => set.every((value, i) => i === 0 || value > set[i - 1]! - (i % 2))

test('set operations are those of sets of bytes', () => {
  fc.assert(
    fc.property(pairs(BYTE_MAX), pairs(BYTE_MAX), fc.nat(BYTE_MAX), (a, b, byte) => {
      const inA = has(a, byte)
      const inB = has(b, byte)
      expect(has(union(a, b), byte)).toBe(inA || inB)
      expect(has(intersect(a, b), byte)).toBe(inA && inB)
      expect(has(subtract(a, b), byte)).toBe(inA && !inB)
      expect(has(symmetricDifference(a, b), byte)).toBe(inA !== inB)
      expect(has(negate(a, BYTE_MAX), byte)).toBe(!inA)
      for (const set of [union(a, b), intersect(a, b), symmetricDifference(a, b)]) {
        expect(isNormal(set)).toBe(true)
      }
    })
  )
})

test('ASCII folding adds the other case, and nothing beyond ASCII', () => {
  const folded = foldAscii([0x40, 0x43, 0xc9, 0xc9])
  for (const char of 'ABCabc') expect(has(folded, char.charCodeAt(0))).toBe(true)
  for (const byte of [0x60, 0x64, 0xe9]) expect(has(folded, byte)).toBe(false)
})

const takes = (trie: Trie, bytes: string): boolean => {
  const edge = trie.edges.find(({ ranges }) => has(ranges, bytes.charCodeAt(0)))
  if (!edge) return false
  return edge.next ? takes(edge.next, bytes.slice(1)) : bytes.length === 1
}

test('a trie spells exactly the codepoints of its set', () => {
  const edges = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]
  const codepoint = fc
    .oneof(fc.nat(0x10ffff), fc.constantFrom(...edges))
    .filter((value) => value < 0xd800 || value > 0xdfff)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(codepoint, codepoint), { maxLength: 4 }),
      codepoint,
      (list, value) => {
        const set = normalize(list.flatMap(([a, b]) => [Math.min(a, b), Math.max(a, b)]))
        const trie = toTrie(set)
        for (const probe of [value, ...list.flat()]) {
          expect(takes(trie, toBytes(String.fromCodePoint(probe)))).toBe(has(set, probe))
        }
      }
    )
  )
})
