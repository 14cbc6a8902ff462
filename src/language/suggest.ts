const MAX_DISTANCE_SHARE = 0.34
const MAX_NAME_CHARS = 80

/** Edits (insert, delete, replace, swap of neighbours) between two names, or `limit + 1` where there are more. */
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

/** The known name that is nearest to a misspelt one; `undefined` where none is near. */
export const nearest = (name: string, known: Iterable<string>): string | undefined => {
  if (name.length > MAX_NAME_CHARS) return undefined
  const lower = name.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length * MAX_DISTANCE_SHARE)) + 1
  for (const candidate of known) {
    const edits = distance(lower, candidate, bestDistance - 1)
    if (edits < bestDistance) {
      best = candidate
      bestDistance = edits
    }
  }
  return best
}
