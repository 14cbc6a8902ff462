import { CORPUS, PIECES } from './corpus.ts'

/** Numbers from 0 to 1 that a seed decides. Source: mulberry32, by Tommy Ettinger. */
const numbers = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const DEPTHS = [10, 300, 2_000]
const MAX_TEXT = 10_000

/** One document with some faults, the same for the same seed. */
export const damaged = (seed: number): { file: string; text: string } => {
  const next = numbers(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!
  const given = one(CORPUS)
  let { text } = given
  for (let edits = below(6); edits >= 0; edits--) {
    const at = below(text.length + 1)
    const end = Math.min(text.length, at + below(40))
    switch (below(9)) {
      case 0:
        text = text.slice(0, at) + text.slice(end)
        break
      case 1:
      case 2:
        text = text.slice(0, at) + one(PIECES) + text.slice(at)
        break
      case 3:
        text = text.slice(0, at) + one(PIECES) + text.slice(end)
        break
      case 4:
        text = text.slice(0, at) + text.slice(at, end).repeat(1 + below(50)) + text.slice(end)
        break
      case 5: {
        const from = below(text.length)
        text = text.slice(0, at) + text.slice(from, from + below(120)) + text.slice(at)
        break
      }
      case 6: {
        const piece = one([
          '[',
          '{',
          '(',
          '"${',
          '!',
          '{"a":',
          '- ',
          'a {\n',
          '%{ if true }',
          '[for x in ',
        ])
        text = text.slice(0, at) + piece.repeat(one(DEPTHS)) + text.slice(at)
        break
      }
      case 7:
        text = text.slice(0, at)
        break
      default: {
        const quotes = [...text.matchAll(/"[^"\n]*"|\b\d+\b/g)]
        const found = quotes[below(quotes.length)]
        if (found === undefined) break
        text = text.slice(0, found.index) + one(PIECES) + text.slice(found.index + found[0].length)
      }
    }
    text = text.slice(0, MAX_TEXT)
  }
  return { file: given.file, text }
}
