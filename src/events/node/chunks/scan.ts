import { parseIp } from '../../../lists/ip.ts'
import { fitsValue, lowered, TEXT_FIELDS } from '../../evaluate.ts'
import { bucketStart, type EventField } from '../../fields.ts'
import { ipKey } from '../../ip-key.ts'
import type { Settled, SettledCondition } from '../../settle.ts'
import { bindable, COLUMNS } from '../columns.ts'
import { addressOf, type Block, dictionaryOf } from './block.ts'
import type { Chunk } from './chunk.ts'

/** Rows of a chunk that a query selects, ascending. */
export type Rows = Uint32Array

const HEX = 16

/** The first row whose time is at least `ms`. */
const rowAt = (times: Float64Array, ms: number): number => {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! < ms) low = middle + 1
    else high = middle
  }
  return low
}

/** Which entries of a dictionary fulfil a test. */
const fits = (block: Block, test: (value: string | number) => boolean): Uint8Array =>
  Uint8Array.from({ length: block.size }, (_, code) => (test(block.value(code)) ? 1 : 0))

const rowsWith = (rows: Rows, isWanted: (row: number) => boolean): Rows => {
  const kept = new Uint32Array(rows.length)
  let count = 0
  for (const row of rows) if (isWanted(row)) kept[count++] = row
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
    const ip = parseIp(String(value))
    if (ip?.family === 4 && ip.toString() === value) wanted.add(Number.parseInt(ipKey(value), HEX))
  }
  return operator === 'isNot' ? (row) => !wanted.has(ipv4[row]!) : (row) => wanted.has(ipv4[row]!)
}

/** As SQLite has the texts of the table. */
const asBound = (condition: SettledCondition): SettledCondition => ({
  ...condition,
  values: condition.values.map((value) => (typeof value === 'string' ? bindable(value) : value)),
})

const columnTest = (chunk: Chunk, condition: SettledCondition): RowTest => {
  const { column, kind } = COLUMNS[condition.field.name]!
  const block = chunk.block(column)
  if (block.ipv4 !== undefined) return ipv4Test(block.ipv4, condition)
  const test = kind === 'ip' ? (key: string | number) => addressOf(String(key)) : undefined
  return withEntries(
    block,
    fits(block, (value) => fitsValue(condition, test === undefined ? value : test(value)))
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

/** The end of the entry that a place in the texts belongs to. */
const entryAt = (ends: Uint32Array, place: number): number => {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ends[middle]! <= place) low = middle + 1
    else high = middle
  }
  return low
}

/** Which entries contain a text: all of them are searched in one go. */
const holding = ({ texts, size }: Block, wanted: string): Uint8Array => {
  const entries = new Uint8Array(size)
  if (texts === undefined) return entries
  const all = lowered(texts.all)
  for (let place = all.indexOf(wanted); place !== -1; ) {
    const entry = entryAt(texts.ends, place)
    const end = texts.ends[entry]!
    const isWhole = place + wanted.length <= end
    if (isWhole) entries[entry] = 1
    place = all.indexOf(wanted, isWhole ? end : place + 1)
  }
  return entries
}

const textTest = (chunk: Chunk, text: string): RowTest => {
  const wanted = lowered(bindable(text))
  const tests = TEXT_FIELDS.filter((name) => name !== 'ray').map((name) => {
    const block = chunk.block(COLUMNS[name]!.column)
    return withEntries(block, holding(block, wanted))
  })
  const ip = parseIp(text.trim())?.toString()
  if (ip !== undefined) {
    const block = chunk.block(COLUMNS['ip']!.column)
    const isIp = { operator: 'is', values: [ip] } as unknown as SettledCondition
    tests.push(
      block.ipv4 === undefined
        ? withEntries(
            block,
            fits(block, (key) => addressOf(String(key)) === ip)
          )
        : ipv4Test(block.ipv4, isIp)
    )
  }
  return (row) => tests.some((test) => test(row))
}

const RAY_TEXT = /^[0-9a-f]{1,16}$/

/** Whether chunks can answer a query: they hold no Ray IDs, which differ from event to event. */
export const isScannable = (
  { where, text }: Settled,
  by: readonly Pick<EventField, 'name'>[] = []
): boolean =>
  (text === undefined || !RAY_TEXT.test(lowered(text))) &&
  [...where.map(({ field }) => field), ...by].every(({ name }) => name !== 'ray')

/** The rows that a query selects. */
export const select = (chunk: Chunk, { where, fromMs, toMs, text }: Settled): Rows => {
  const { times } = chunk
  const from = fromMs === undefined ? 0 : rowAt(times, fromMs)
  const to = toMs === undefined ? times.length : rowAt(times, toMs)
  let rows: Rows = Uint32Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
  for (const condition of where) {
    if (rows.length === 0) return rows
    rows = rowsWith(rows, conditionTest(chunk, asBound(condition)))
  }
  return text === undefined || rows.length === 0 ? rows : rowsWith(rows, textTest(chunk, text))
}

/** The starts of the buckets of all rows. */
const bucketsOf = (times: Float64Array, bucketMs: number): Block => {
  const codes = new Uint32Array(times.length)
  const starts: string[] = []
  let endMs = Number.NEGATIVE_INFINITY
  for (const [row, ms] of times.entries()) {
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
  return kind === 'ip' ? { ...block, value: (code) => addressOf(String(block.value(code))) } : block
}

/** The most groups whose counts stand in an array. */
const MAX_ARRAY = 1 << 16

export type OnGroup = (values: (string | number)[], count: number) => void

const countCodes = (codes: readonly Block['codes'][], sizes: readonly number[], rows: Rows) => {
  const groups = sizes.reduce((product, size) => product * size, 1)
  const inArray = groups <= MAX_ARRAY ? new Uint32Array(groups) : undefined
  const inMap = new Map<number, number>()
  for (const row of rows) {
    let group = 0
    for (let i = 0; i < sizes.length; i++) group = group * sizes[i]! + (codes[i]?.[row] ?? 0)
    if (inArray !== undefined) inArray[group]!++
    else inMap.set(group, (inMap.get(group) ?? 0) + 1)
  }
  return inArray === undefined ? inMap : inArray
}

/** Counts every combination of values among the rows. A combination can come several times. */
const countBlocks = (blocks: readonly Block[], rows: Rows, onGroup: OnGroup): void => {
  const sizes = blocks.map(({ size }) => size)
  if (sizes.reduce((product, size) => product * size, 1) > Number.MAX_SAFE_INTEGER) {
    for (const row of rows)
      onGroup(
        blocks.map((block) => block.value(block.codes?.[row] ?? 0)),
        1
      )
    return
  }
  const counts = countCodes(
    blocks.map(({ codes }) => codes),
    sizes,
    rows
  )
  for (const [group, count] of counts.entries()) {
    if (count === 0) continue
    const values: (string | number)[] = []
    let rest = group
    for (let i = blocks.length - 1; i >= 0; i--) {
      values[i] = blocks[i]!.value(rest % sizes[i]!)
      rest = Math.floor(rest / sizes[i]!)
    }
    onGroup(values, count)
  }
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

/** Counts in buckets of time, and by one field where there is one. The first value is the start of the bucket. */
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
