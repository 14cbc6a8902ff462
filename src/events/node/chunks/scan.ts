import { parseIp } from '../../../lists/ip.ts'
import { fitsValue, lowered, TEXT_FIELDS } from '../../evaluate.ts'
import { bucketStart, type EventField } from '../../fields.ts'
import { ipKey, ipOfKey, ipv4OfKey } from '../../ip-key.ts'
import type { Settled, SettledCondition } from '../../settle.ts'
import { bindable, COLUMNS } from '../columns.ts'
import { type Block, dictionaryOf } from './block.ts'
import type { Chunk } from './chunk.ts'

/** Rows of a chunk that a query selects, ascending. */
export type Rows = Uint32Array

/** The position of the first number that is at least `wanted`, among ascending ones. */
const firstAtLeast = (sorted: Float64Array | Uint32Array, wanted: number): number => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** The entries of a dictionary that pass a test. */
const fits = (block: Block, test: (value: string | number) => boolean): Uint8Array => {
  const entries = new Uint8Array(block.size)
  for (let code = 0; code < entries.length; code++) entries[code] = test(block.value(code)) ? 1 : 0
  return entries
}

/** The speed of these loops matters: iterators of typed arrays take several times as long. */
const rowsWith = (rows: Rows, isWanted: (row: number) => boolean): Rows => {
  const kept = new Uint32Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (isWanted(row)) kept[count++] = row
  }
  return kept.subarray(0, count)
}

type RowTest = (row: number) => boolean

const withEntries = ({ codes }: Block, entries: Uint8Array): RowTest => {
  if (codes === undefined) {
    const isWanted = entries[0] === 1
    return () => isWanted
  }
  return (row) => entries[codes[row]!] === 1
}

const ipv4Test = (ipv4: Uint32Array, { operator, values, network }: SettledCondition): RowTest => {
  if (operator === 'inNetwork') {
    const { from, to } = network!
    return from.family === 4 ? (row) => ipv4[row]! >= from.d && ipv4[row]! <= to.d : () => false
  }
  const wanted = new Set<number>()
  for (const value of values) {
    const address = ipv4OfKey(ipKey(String(value)))
    if (address !== undefined) wanted.add(address)
  }
  return operator === 'isNot' ? (row) => !wanted.has(ipv4[row]!) : (row) => wanted.has(ipv4[row]!)
}

const columnTest = (chunk: Chunk, condition: SettledCondition): RowTest => {
  const { column, kind } = COLUMNS[condition.field.name]!
  const block = chunk.block(column)
  if (block.ipv4 !== undefined) return ipv4Test(block.ipv4, condition)
  const shown = (value: string | number) => (kind === 'ip' ? ipOfKey(String(value)) : value)
  return withEntries(
    block,
    fits(block, (value) => fitsValue(condition, shown(value)))
  )
}

const conditionTest = (chunk: Chunk, condition: SettledCondition): RowTest => {
  if (condition.field.type === 'time') {
    const { times } = chunk
    return (row) => fitsValue(condition, times[row]!)
  }
  const own = columnTest(chunk, condition)
  const { also } = condition.field
  if (also === undefined) return own
  const field = { ...condition.field, name: also }
  const other = columnTest(chunk, { ...condition, field })
  return condition.operator === 'isNot'
    ? (row) => own(row) && other(row)
    : (row) => own(row) || other(row)
}

/** The entries that contain a text. One search covers all of them. */
const holding = ({ texts, size }: Block, wanted: string): Uint8Array => {
  const entries = new Uint8Array(size)
  if (texts === undefined) return entries
  const all = texts.isAscii ? texts.all.toLowerCase() : lowered(texts.all)
  for (let place = all.indexOf(wanted); place !== -1; ) {
    const entry = firstAtLeast(texts.ends, place + 1)
    const end = texts.ends[entry]!
    const isWhole = place + wanted.length <= end
    if (isWhole) entries[entry] = 1
    place = all.indexOf(wanted, isWhole ? end : place + 1)
  }
  return entries
}

/** Undefined if no row can contain the text. */
const textTest = (chunk: Chunk, text: string): RowTest | undefined => {
  const wanted = lowered(bindable(text))
  const tests: RowTest[] = []
  for (const name of TEXT_FIELDS) {
    if (name === 'ray') continue
    const block = chunk.block(COLUMNS[name]!.column)
    const entries = holding(block, wanted)
    if (entries.includes(1)) tests.push(withEntries(block, entries))
  }
  const ip = parseIp(text.trim())?.toString()
  if (ip !== undefined) {
    const field = { name: 'ip', type: 'ip' } as EventField
    tests.push(columnTest(chunk, { field, operator: 'is', values: [ip] }))
  }
  return tests.length === 0 ? undefined : (row) => tests.some((test) => test(row))
}

const RAY_TEXT = /^[0-9a-f]{1,16}$/

/** Whether chunks can answer a query: they do not contain Ray IDs, which differ in each event. */
export const isScannable = (
  { where, text }: Settled,
  by: readonly Pick<EventField, 'name'>[] = []
): boolean =>
  (text === undefined || !RAY_TEXT.test(lowered(text))) &&
  [...where.map(({ field }) => field), ...by].every(({ name }) => name !== 'ray')

let numbers = new Uint32Array(0)
/** The rows of a chunk from one to before another. */
const rowsBetween = (from: number, to: number): Rows => {
  if (numbers.length < to) {
    numbers = new Uint32Array(to)
    for (let row = 0; row < to; row++) numbers[row] = row
  }
  return numbers.subarray(from, Math.max(from, to))
}

/** The rows that a query selects. */
export const select = (chunk: Chunk, { where, fromMs, toMs, text }: Settled): Rows => {
  const from =
    fromMs === undefined || fromMs <= chunk.fromMs ? 0 : firstAtLeast(chunk.times, fromMs)
  const to = toMs === undefined || toMs >= chunk.toMs ? chunk.rows : firstAtLeast(chunk.times, toMs)
  let rows = rowsBetween(from, to)
  for (const condition of where) {
    if (rows.length === 0) return rows
    rows = rowsWith(rows, conditionTest(chunk, condition))
  }
  if (text === undefined || rows.length === 0) return rows
  const test = textTest(chunk, text)
  return test === undefined ? rows.subarray(0, 0) : rowsWith(rows, test)
}

/** The starts of the buckets of all rows. */
const bucketsOf = (times: Float64Array, bucketMs: number): Block => {
  const codes = new Uint32Array(times.length)
  const starts: string[] = []
  let endMs = Number.NEGATIVE_INFINITY
  for (let row = 0; row < times.length; row++) {
    const ms = times[row]!
    if (ms >= endMs) {
      starts.push(bucketStart(ms, bucketMs))
      endMs = (Math.floor(ms / bucketMs) + 1) * bucketMs
    }
    codes[row] = starts.length - 1
  }
  return { codes, size: starts.length, value: (code) => starts[code]! }
}

const MS_PER_SECOND = 1_000

const groupBlock = (chunk: Chunk, field: EventField): Block => {
  if (field.type === 'time') return bucketsOf(chunk.times, 1)
  if (field.type === 'bucket') {
    return bucketsOf(chunk.times, (field.bucketSeconds ?? 1) * MS_PER_SECOND)
  }
  const { column, kind } = COLUMNS[field.name]!
  const block = dictionaryOf(chunk.block(column))
  return kind === 'ip' ? { ...block, value: (code) => ipOfKey(String(block.value(code))) } : block
}

/** The maximum number of groups that are counted in an array. */
const MAX_ARRAY = 1 << 16

export type OnGroup = (values: (string | number)[], count: number) => void

/** The group of each row: the dictionary positions of its values as one number. */
const groupsOf = (blocks: readonly Block[], rows: Rows): Float64Array => {
  const groups = new Float64Array(rows.length)
  for (const { codes, size } of blocks) {
    if (codes === undefined) continue
    for (let i = 0; i < rows.length; i++) groups[i] = groups[i]! * size + codes[rows[i]!]!
  }
  return groups
}

const countNumbers = (
  numbers: Float64Array,
  limit: number,
  onNumber: (number: number, count: number) => void
): void => {
  if (limit > MAX_ARRAY) {
    const counts = new Map<number, number>()
    for (let i = 0; i < numbers.length; i++) {
      counts.set(numbers[i]!, (counts.get(numbers[i]!) ?? 0) + 1)
    }
    for (const [number, count] of counts) onNumber(number, count)
    return
  }
  const counts = new Uint32Array(limit)
  for (let i = 0; i < numbers.length; i++) counts[numbers[i]!]!++
  for (let number = 0; number < limit; number++) {
    if (counts[number] !== 0) onNumber(number, counts[number]!)
  }
}

/** Counts every combination of values in the rows. A combination can come several times. */
const countBlocks = (blocks: readonly Block[], rows: Rows, onGroup: OnGroup): void => {
  const sizes = blocks.map(({ size }) => size)
  const groups = sizes.reduce((product, size) => product * size, 1)
  if (groups > Number.MAX_SAFE_INTEGER) {
    for (const row of rows)
      onGroup(
        blocks.map((block) => block.value(block.codes?.[row] ?? 0)),
        1
      )
    return
  }
  countNumbers(groupsOf(blocks, rows), groups, (group, count) => {
    const values: (string | number)[] = []
    let rest = group
    for (let i = blocks.length - 1; i >= 0; i--) {
      values[i] = blocks[i]!.value(rest % sizes[i]!)
      rest = Math.floor(rest / sizes[i]!)
    }
    onGroup(values, count)
  })
}

/** Counts every combination of the values of some fields. */
export const countGroups = (
  chunk: Chunk,
  rows: Rows,
  by: readonly EventField[],
  onGroup: OnGroup
): void =>
  countBlocks(
    by.map((field) => groupBlock(chunk, field)),
    rows,
    onGroup
  )

/** Counts in buckets of time, and by one field if given. The first value is the start of the bucket. */
export const countBuckets = (
  chunk: Chunk,
  rows: Rows,
  { bucketMs, by }: { bucketMs: number; by?: EventField },
  onGroup: OnGroup
): void =>
  countBlocks(
    [bucketsOf(chunk.times, bucketMs), ...(by === undefined ? [] : [groupBlock(chunk, by)])],
    rows,
    onGroup
  )
