import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { EdgeError, messageOf } from '../../error.ts'
import type { EventSink } from '../sink.ts'
import { Lines, type SinkOptions } from './sinks/lines.ts'
import { Loop, within } from './sinks/loop.ts'

export interface NdjsonSinkOptions extends SinkOptions {
  /** The size at which a file is rotated. Default 100,000,000. */
  maxFileBytes?: number
  /** The age at which a file is rotated. Default 24. */
  maxFileHours?: number
  /** The number of rotated files to keep. Default 14. */
  keepFiles?: number
}

const DEFAULT_FILE_BYTES = 100_000_000
const DEFAULT_FILE_HOURS = 24
const DEFAULT_KEPT_FILES = 14
const MS_PER_HOUR = 3_600_000
/** Events within this time share one write. */
const GATHER_MS = 20
const RETRY_MS = 1_000
const TICK_MS = 10_000
const PARTING_MS = 5_000
const MAX_LINES = 5_000
const MAX_CHARS = 1_048_576
/** Events identify visitors, so only the owner may read them. */
const OWNER_ONLY = 0o600

const wholeNumber = (name: string, value: number): number => {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 1)) return value
  throw new EdgeError('invalid_sink', `${name} ${value}: expected a whole number of at least 1`)
}

interface OpenFile {
  readonly handle: FileHandle
  readonly ino: number
  readonly begunMs: number
  bytes: number
}

const compress = async (file: string): Promise<void> => {
  const begun = `${file}.gz.part`
  await pipeline(
    createReadStream(file),
    createGzip(),
    createWriteStream(begun, { mode: OWNER_ONLY })
  )
  await rename(begun, `${file}.gz`)
  await rm(file)
}

/** `events.ndjson.20261129T101112.345Z`: the names sort by time. */
const rotatedName = (file: string): string =>
  `${file}.${new Date().toISOString().replace(/[-:]/g, '')}`
const ROTATED = /^\.\d{8}T\d{6}\.\d{3}Z(?:\.gz)?$/

/**
 * Writes events to a file, one line of JSON for each, with Logpush's names. Rotated files are compressed. Several edges may
 * write to one file, and other programs may move it away: the sink then starts a new one.
 *
 * @throws EdgeError `invalid_sink`
 * @example const edge = createEdge({ rules: 'rules/', sinks: [ndjsonSink('/var/log/edge1020/events.ndjson')] })
 */
export const ndjsonSink = (
  file: string,
  {
    maxFileBytes = DEFAULT_FILE_BYTES,
    maxFileHours = DEFAULT_FILE_HOURS,
    keepFiles = DEFAULT_KEPT_FILES,
    ...options
  }: NdjsonSinkOptions = {}
): EventSink => {
  if (file === '') throw new EdgeError('invalid_sink', 'sink "ndjson:": expected a file')
  wholeNumber('maxFileBytes', maxFileBytes)
  wholeNumber('maxFileHours', maxFileHours)
  wholeNumber('keepFiles', keepFiles)
  const lines = new Lines(`ndjson ${file}`, options)
  let current: OpenFile | undefined
  let isTorn = false
  let compressing: Promise<void> = Promise.resolve()

  const leave = async () => {
    const left = current
    current = undefined
    await left?.handle.close()
  }

  const opened = async (): Promise<OpenFile> => {
    if (current !== undefined) return current
    await mkdir(dirname(file), { recursive: true })
    const handle = await open(file, 'a', OWNER_ONLY)
    const { ino, size, birthtimeMs } = await handle.stat()
    // Systems that do not record a file's creation report 0.
    const begunMs = size === 0 || birthtimeMs === 0 ? Date.now() : birthtimeMs
    current = { handle, ino, begunMs, bytes: size }
    return current
  }

  const removeOld = async () => {
    const folder = dirname(file)
    const rotated = (await readdir(folder)).filter(
      (name) => name.startsWith(basename(file)) && ROTATED.test(name.slice(basename(file).length))
    )
    for (const name of rotated.sort().slice(0, -keepFiles)) await rm(join(folder, name))
  }

  /** Runs beside the writes, because compressing a large file takes seconds. */
  const finish = (rotated: string) => {
    compressing = compressing
      .then(() => compress(rotated))
      .then(removeOld)
      .catch((error: unknown) => {
        // The lines stay in the file under its new name.
        options.onNotice?.(
          `event sink ${lines.name}: ${rotated} stays as it is: ${messageOf(error)}`
        )
      })
  }

  const rotate = async ({ bytes, begunMs }: OpenFile) => {
    const isDue = bytes >= maxFileBytes || Date.now() - begunMs >= maxFileHours * MS_PER_HOUR
    if (!isDue || bytes === 0) return
    const rotated = rotatedName(file)
    await leave()
    await rename(file, rotated)
    finish(rotated)
  }

  /** If another program moved or removed the file, later events go into a new one under its name. */
  const check = async () => {
    if (current === undefined) return
    const there = await stat(file).catch(() => undefined)
    if (there?.ino !== current.ino) await leave()
    else current.bytes = there.size
  }

  /** A nearly full disk takes a part. This removes half a line, unless other processes have written after it. */
  const takeBack = async ({ handle, bytes }: OpenFile, written: number) => {
    const { size } = await handle.stat()
    if (size === bytes + written) await handle.truncate(bytes)
    else isTorn = true
  }

  const writeAll = async () => {
    await check()
    while (lines.waiting > 0) {
      const target = await opened()
      const batch = lines.next(MAX_LINES, MAX_CHARS)
      const bytes = Buffer.from((isTorn ? '\n' : '') + batch.lines.join(''))
      const { bytesWritten } = await target.handle.write(bytes, 0, bytes.length)
      if (bytesWritten < bytes.length) {
        await takeBack(target, bytesWritten)
        throw new Error('no space left on device')
      }
      isTorn = false
      target.bytes += bytes.length
      lines.remove(batch, true)
      await rotate(target)
    }
    if (current !== undefined) await rotate(current)
    lines.tell(undefined)
  }

  const loop = new Loop(async () => {
    try {
      await writeAll()
      return { inMs: TICK_MS }
    } catch (error) {
      await leave().catch(() => {})
      lines.tell(messageOf(error))
      return { inMs: RETRY_MS, isRetry: true }
    }
  })

  return {
    name: lines.name,
    write: (events) => {
      lines.add(events)
      loop.start(GATHER_MS)
    },
    state: () => lines.state(),
    close: async () => {
      if (loop.isClosing) return
      const parting = async () => {
        await loop.stop()
        await writeAll().catch((error: unknown) => lines.tell(messageOf(error)))
        await leave().catch(() => {})
        await compressing
      }
      await within(PARTING_MS, parting())
      lines.dropAll()
    },
  }
}
