/** Edits (insert, delete, replace, swap of neighbours) from one short text to another. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        rows[i - 1]![j - 1]! + (same ? 0 : 1)
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      }
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

const LONGEST_COMPARED = 40

/** The known word that was most likely meant, or `undefined` where none is near. */
export const nearest = (text: string, known: Iterable<string>): string | undefined => {
  if (text.length > LONGEST_COMPARED) return undefined
  const word = text.toLowerCase().replace(/[-\s]/g, '_')
  let best: string | undefined
  // One typing error in three letters, at most: `ip` must not become the answer to everything short.
  let limit = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const edits = distance(word, candidate.toLowerCase().replaceAll('-', '_'))
    if (edits < limit) {
      limit = edits
      best = candidate
    }
  }
  return best
}
