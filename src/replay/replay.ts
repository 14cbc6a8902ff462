import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { EdgeError, messageOf } from '../error.ts'
import { fileReason } from '../text-file.ts'
import type { Packing } from './bytes.ts'
import { failedLog, openBytes } from './bytes.ts'
import { CHUNK_BYTES, lineChunks } from './chunks.ts'
import type { DeskOptions, OpenedLog } from './desk.ts'
import { Desk } from './desk.ts'
import { documentFormat, formatNamed, recognise } from './formats/all.ts'
import { isPattern } from './formats/open.ts'
import { holdsHeader } from './holdings.ts'
import type { Unjudged } from './judgeable.ts'
import type { Judges } from './judges.ts'
import { openJudges } from './judges.ts'
import { binaryText } from './scan.ts'
import type { TallyData } from './tally.ts'

const SAMPLE_LINES = 100
const MAX_THREADS = 16
const MAX_DOCUMENT_BYTES = 256 << 20

export interface ReplayOptions extends DeskOptions {
  /** Paths of logs, plain or packed by gzip or zstd; `-` is standard input. */
  readonly logs: readonly string[]
  readonly stdin: AsyncIterable<Uint8Array | string>
  /** The name of the format of all logs, or a pattern of nginx or Apache. Default: the format of each log is recognised. */
  readonly format?: string | undefined
  /** The number of threads that judge. Default: one for each processor for large logs, else only this one. */
  readonly threads?: number | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Called if data about visitors cannot be read again. */
  readonly onError?: ((error: Error) => void) | undefined
}

export interface Progress {
  /** The number of bytes read so far. */
  readonly readBytes: number
  /** The size of all logs in bytes; `undefined` if the size of any log is unknown. */
  readonly allBytes: number | undefined
  /** The number of lines judged so far. */
  readonly lines: number
}

/** The facts about one log that was read. */
export interface ReplayedLog {
  readonly name: string
  /** The name of the log's format; `empty` if the log has no lines. */
  readonly format: string
  /** A fact about the format that the reader of the report needs. */
  readonly note: string | undefined
  readonly packing: Packing | undefined
  lines: number
  /** Why the log was not read to its end; `undefined` if it was. */
  problem: string | undefined
  readonly unjudged: readonly Unjudged[]
  readonly unjudgedAgainst: readonly Unjudged[]
  /** The number of lines of each chunk. */
  readonly chunkLines: number[]
}

export interface Replayed {
  readonly desk: Pick<Desk, 'ruleset' | 'against'>
  readonly logs: readonly ReplayedLog[]
  readonly tally: TallyData
  readonly threads: number
  readonly elapsedMs: number
}

const sizeOf = (log: string): number | undefined => {
  if (log === '-') return undefined
  try {
    const stats = statSync(log)
    if (stats.isDirectory()) throw failedLog(log, 'it is a directory: expected a file')
    return stats.isFile() ? stats.size : undefined
  } catch (cause) {
    if (cause instanceof EdgeError) throw cause
    throw failedLog(log, fileReason(cause), cause)
  }
}

const sum = (sizes: readonly (number | undefined)[]): number | undefined =>
  sizes.reduce<number | undefined>(
    (all, size) => (all === undefined || size === undefined ? undefined : all + size),
    0
  )

const firstLines = (chunk: Uint8Array): string[] =>
  binaryText(chunk)
    .split('\n', SAMPLE_LINES + 1)
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    // The last line may be cut off.
    .slice(0, SAMPLE_LINES)

const isBlank = (line: string) => line.trim() === ''

const formatOf = (log: string, format: string | undefined, lines: readonly string[]): string => {
  if (format === undefined) return recognise(log, lines).name
  return isPattern(format) ? format : formatNamed(format).name
}

/** Throws if a log has no host and the rules belong to zones. The host selects the zone, so nothing could be judged. */
const needHost = (name: string, { ruleset, against, holds }: OpenedLog): void => {
  const hasZones = ruleset.zones.length > 0 || (against?.zones.length ?? 0) > 0
  if (hasZones && !holdsHeader(holds, 'host')) {
    throw failedLog(name, 'it has no host, and the rules are of zones: name the host with --host')
  }
}

const readAll = async (name: string, chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of chunks) {
    parts.push(part)
    length += part.length
    if (length > MAX_DOCUMENT_BYTES) {
      throw failedLog(name, `it is one document of more than ${MAX_DOCUMENT_BYTES >> 20} MiB`)
    }
  }
  return Buffer.concat(parts)
}

/** Yields a log as chunks of lines. A log that is one document is read as a whole, and each entry becomes a line. */
const linesOf = async function* (
  name: string,
  format: string | undefined,
  bytes: AsyncIterable<Uint8Array>
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const chunks = lineChunks(bytes)
  const { value: first, done } = await chunks.next()
  if (done === true) return
  const all = async function* () {
    yield first
    yield* chunks
  }
  const isForced = format !== undefined && !isPattern(format)
  const found = isForced
    ? formatNamed(format)
    : format === undefined
      ? documentFormat(firstLines(first))
      : undefined
  if (found?.entries === undefined) {
    yield* all()
    return
  }
  const document = binaryText(await readAll(name, all()))
  let entries: readonly string[]
  try {
    entries = found.entries(document)
  } catch (cause) {
    throw failedLog(name, `it is no ${found.name.toUpperCase()}: ${messageOf(cause)}`, cause)
  }
  const lines = async function* () {
    for (const entry of entries) yield Buffer.from(`${entry}\n`, 'latin1')
  }
  yield* lineChunks(lines(), CHUNK_BYTES, CHUNK_BYTES)
}

/** Returns true if a rate limit is enabled. Its counters need all requests in order, so one thread must judge them. */
const counts = ({ ruleset, against }: OpenedLog): boolean =>
  [ruleset, ...(against === undefined ? [] : [against])].some((rules) =>
    [rules, ...rules.zones.map((zone) => zone.own)].some(({ rateLimits }) =>
      rateLimits.some(({ enabled }) => enabled)
    )
  )

/**
 * Judges the requests of access logs by rules, as an edge would have judged them, and counts the outcomes. The memory it needs
 * does not grow with the logs.
 *
 * @throws EdgeError `log_failed`, `log_format`, or an error of loading the rules or opening the data about visitors
 * @example const { tally } = await replay({ logs: ['access.log'], rules: ['rules.yaml'], sources: { data: '.edge1020' }, stdin })
 */
export const replay = async (options: ReplayOptions): Promise<Replayed> => {
  const { logs: names, stdin, format, onProgress, onError = () => {} } = options
  if (format !== undefined) formatOf('', format, [])
  const sizes = names.map(sizeOf)
  const allBytes = sum(sizes)
  const begunMs = performance.now()
  const desk = new Desk(options, onError)
  const logs: ReplayedLog[] = []
  let judges: Judges | undefined
  let readBytes = 0
  let lines = 0
  const tell = () => onProgress?.({ readBytes, allBytes, lines })

  const startJudges = (opened: OpenedLog): Judges =>
    openJudges(desk, options, {
      threads: counts(opened)
        ? 1
        : (options.threads ?? Math.min(availableParallelism(), MAX_THREADS)),
      isEager: options.threads !== undefined,
    })

  const readLog = async (name: string, number: number): Promise<void> => {
    const { bytes, packing, stopped } = await openBytes(name, stdin, (read) => {
      readBytes += read
    })
    let log: ReplayedLog | undefined
    let chunk = 0
    for await (const part of linesOf(name, format, bytes)) {
      if (log === undefined) {
        const sample = firstLines(part)
        if (sample.every(isBlank)) continue
        const spec = { log: number, format: formatOf(name, format, sample), lines: sample }
        const opened = desk.examine(spec)
        needHost(name, opened)
        judges ??= startJudges(opened)
        await judges.open(spec)
        log = {
          name,
          format: opened.reader.format,
          note: opened.reader.note,
          packing,
          lines: 0,
          problem: undefined,
          unjudged: opened.unjudged,
          unjudgedAgainst: opened.unjudgedAgainst,
          chunkLines: [],
        }
        logs.push(log)
      }
      const known = log
      const place = { log: number, chunk }
      await judges!.scan(place, part, (read) => {
        known.chunkLines[place.chunk] = read
        known.lines += read
        lines += read
        tell()
      })
      chunk++
    }
    if (log === undefined) {
      log = {
        name,
        format: 'empty',
        note: undefined,
        packing,
        lines: 0,
        problem: undefined,
        unjudged: [],
        unjudgedAgainst: [],
        chunkLines: [],
      }
      logs.push(log)
    }
    log.problem = stopped.problem
  }

  try {
    for (const [number, name] of names.entries()) await readLog(name, number)
    const tally = (await judges?.finish()) ?? desk.tally.toData()
    return {
      desk,
      logs,
      tally,
      threads: judges?.threads ?? 1,
      elapsedMs: performance.now() - begunMs,
    }
  } finally {
    await judges?.close()
    desk.close()
  }
}

/** Returns the number of a line in its log, from 1. `line` is its index in the chunk, from 0. */
export const lineNumber = ({ chunkLines }: ReplayedLog, chunk: number, line: number): number => {
  let before = 0
  for (let i = 0; i < chunk; i++) before += chunkLines[i] ?? 0
  return before + line + 1
}
