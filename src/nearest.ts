/** Longer text is not a misspelt name. */
export const MAX_NAME_CHARS = 80
/** The number of characters per accepted typing error. A suggestion such as `ip` must not fit every short text. */
const CHARS_PER_ERROR = 3

/** Edits (insert, delete, replace, swap of neighbours) between two names, or `limit + 1` if there are more. */
const distance = (x: string, y: string, limit: number): number => {
  if (Math.abs(x.length - y.length) > limit) return limit + 1
  let before: number[] = []
  let last = Array.from({ length: y.length + 1 }, (_, j) => j)
  for (let i = 1; i <= x.length; i++) {
    const row = [i]
    for (let j = 1; j <= y.length; j++) {
      const same = x[i - 1] === y[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && x[i - 1] === y[j - 2] && x[i - 2] === y[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1)
      }
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[y.length]!
}

/** Upper case, and a dash or a space for `_`, do not count as typing errors. */
const plain = (name: string) => name.toLowerCase().replace(/[-\s]/g, '_')

/**
 * The known name with the fewest typing errors; the first one of several.
 *
 * @returns `undefined` if each known name has more than one error in three characters
 */
export const nearest = (text: string, known: Iterable<string>): string | undefined => {
  if (text.length > MAX_NAME_CHARS) return undefined
  const name = plain(text)
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(name.length / CHARS_PER_ERROR)) + 1
  for (const candidate of known) {
    const errors = distance(name, plain(candidate), fewest - 1)
    if (errors < fewest) {
      best = candidate
      fewest = errors
    }
  }
  return best
}
