import { createCounts, firstOf } from '../../counts.ts'
import { ipKey, ipOfKey, ipv4OfKey, keyOfIpv4 } from '../../ip-key.ts'
import type { TopRow } from '../../query.ts'

const BY = [{ type: 'ip' }] as const
const FIRST_SIZE = 1 << 14
const HALF_BITS = 16
const HALF = 1 << HALF_BITS

/** Sorts by one half of the bits and keeps the order of equal ones. */
const sortedBy = (numbers: Uint32Array, shift: number): Uint32Array => {
  const ends = new Uint32Array(HALF + 1)
  for (let i = 0; i < numbers.length; i++) ends[((numbers[i]! >>> shift) & (HALF - 1)) + 1]!++
  for (let i = 0; i < HALF; i++) ends[i + 1]! += ends[i]!
  const sorted = new Uint32Array(numbers.length)
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!
    sorted[ends[(number >>> shift) & (HALF - 1)]!++] = number
  }
  return sorted
}

/** Numbers below 2³², ascending: a million take a few milliseconds. */
export const sortedNumbers = (numbers: Uint32Array): Uint32Array =>
  sortedBy(sortedBy(numbers, 0), HALF_BITS)

/** Calls `onRun` for each number of a sorted array, with its count. */
const eachRun = (sorted: Uint32Array, onRun: (number: number, count: number) => void): void => {
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1
    while (to < sorted.length && sorted[to] === sorted[from]) to++
    onRun(sorted[from]!, to - from)
    from = to
  }
}

/** The lowest count of the `limit` most frequent numbers. */
const leastOfTop = (sorted: Uint32Array, limit: number): number => {
  const numbersOf = new Map<number, number>()
  eachRun(sorted, (_, count) => numbersOf.set(count, (numbersOf.get(count) ?? 0) + 1))
  let above = 0
  for (const count of [...numbersOf.keys()].sort((x, y) => y - x)) {
    above += numbersOf.get(count)!
    if (above >= limit) return count
  }
  return 0
}

/** Counts addresses, of which there can be as many as events. */
export class AddressCounts {
  #ipv4 = new Uint32Array(FIRST_SIZE)
  #length = 0
  readonly #counts = createCounts(BY)

  /** @param rows the rows whose addresses count */
  addIpv4(addresses: Uint32Array, rows: Uint32Array): void {
    const length = this.#length + rows.length
    if (length > this.#ipv4.length) {
      const grown = new Uint32Array(Math.max(length, 2 * this.#ipv4.length))
      grown.set(this.#ipv4)
      this.#ipv4 = grown
    }
    for (let i = 0; i < rows.length; i++) this.#ipv4[this.#length++] = addresses[rows[i]!]!
  }

  /** @param values the address as text */
  add(values: TopRow['values'], count: number): void {
    this.#counts.add(values, count)
  }

  top(limit: number): TopRow[] {
    const rows: TopRow[] = []
    const extra = new Map<number, number>()
    for (const row of this.#counts.rows()) {
      const address = ipv4OfKey(ipKey(String(row.values[0])))
      if (address === undefined) rows.push(row)
      else extra.set(address, row.count)
    }
    for (const [address, count] of this.#topOfIpv4(extra, limit)) {
      rows.push({ values: [ipOfKey(keyOfIpv4(address))], count })
    }
    return firstOf(rows, BY, limit)
  }

  /** At least the `limit` most frequent IPv4 addresses. */
  #topOfIpv4(extra: ReadonlyMap<number, number>, limit: number): Map<number, number> {
    const sorted = sortedNumbers(this.#ipv4.subarray(0, this.#length))
    const least = leastOfTop(sorted, limit)
    const top = new Map(extra)
    let equal = 0
    eachRun(sorted, (address, count) => {
      if (extra.has(address)) top.set(address, count + extra.get(address)!)
      else if (count > least || (count === least && equal++ < limit)) top.set(address, count)
    })
    return top
  }
}
