import type { RangeRows } from './ranges.ts'

/** Up to this number of rows, insertion sort is faster than the engine's sort. */
const FEW = 24

/** The half of a 64-bit element that contains its upper bits. */
const HIGH = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? 1 : 0
const LOW = 1 - HIGH

const compareRows = (
  { data, stride, words }: RangeRows,
  x: number,
  y: number,
  firstWord: number
): number => {
  for (let word = firstWord; word < words; word++) {
    const difference = data[x * stride + word]! - data[y * stride + word]!
    if (difference !== 0) return difference
  }
  return 0
}

const isRising = (rows: RangeRows): boolean => {
  for (let row = 1; row < rows.length; row++) {
    if (compareRows(rows, row - 1, row, 0) > 0) return false
  }
  return true
}

/**
 * Returns the row numbers in the order in which the ranges begin. Each number is sorted together with a word of its address as one
 * 64-bit element, because typed arrays sort these without callbacks. Rows with the same word are then sorted by the next one. It
 * needs 12 bytes for each row.
 */
export const orderOf = (rows: RangeRows): Uint32Array => {
  const { data, length, stride, words } = rows
  const order = new Uint32Array(length)
  for (let row = 0; row < length; row++) order[row] = row
  if (isRising(rows)) return order
  const elements = new BigUint64Array(length)
  const halves = new Uint32Array(elements.buffer)

  const insert = (from: number, to: number, word: number) => {
    for (let i = from + 1; i < to; i++) {
      const row = order[i]!
      let place = i
      while (place > from && compareRows(rows, order[place - 1]!, row, word) > 0) {
        order[place] = order[place - 1]!
        place--
      }
      order[place] = row
    }
  }

  const sort = (from: number, to: number, word: number) => {
    if (to - from <= FEW) {
      insert(from, to, word)
      return
    }
    for (let i = from; i < to; i++) {
      halves[i * 2 + HIGH] = data[order[i]! * stride + word]!
      halves[i * 2 + LOW] = order[i]!
    }
    elements.subarray(from, to).sort()
    for (let i = from; i < to; i++) order[i] = halves[i * 2 + LOW]!
    if (word + 1 === words) return
    // The elements of the next word overwrite only runs that are already done.
    for (let begin = from, end = from; begin < to; begin = end) {
      const alike = halves[begin * 2 + HIGH]
      while (end < to && halves[end * 2 + HIGH] === alike) end++
      if (end - begin > 1) sort(begin, end, word + 1)
    }
  }

  sort(0, length, 0)
  return order
}
