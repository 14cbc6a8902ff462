import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type FileHandle,
  open,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { EdgeError, messageOf } from '../../error.ts'
import { claimPart, type Part } from './download-part.ts'
import type { Delivery, Version } from './download-source.ts'
import { canContinue, fetchSource, sourceUrl } from './download-source.ts'

export interface DownloadOptions {
  /** `http:`, `https:` or `file:`. */
  url: string
  /** The target; its folder is created. */
  file: string
  /**
   * Checks the downloaded file before it is installed, and throws if it is not valid. May rewrite the file at `path`: the
   * result is installed. The modification time at `path` is the source's.
   */
  verify?: ((path: string) => void | Promise<void>) | undefined
  /** Time limit for a silent server. Default 30 s. */
  timeoutMs?: number
  /** Default 1 GiB. */
  maxBytes?: number
  /** Fetches the file even if it is the newest, because it is damaged. */
  anew?: boolean
  /** Gets the number of received bytes, and the total if it is known. */
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined
}

export interface DownloadResult {
  readonly status: 'updated' | 'unchanged'
  /** Received bytes, including those of an earlier attempt; 0 if the file is still the newest. */
  readonly bytes: number
}

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BYTES = 2 ** 30
const MS_PER_S = 1_000

/** A note beside the file: the version of the file, for the next download. */
const noteOf = (file: string) => `${file}.source.json`

interface Note extends Version {
  readonly source: string
  readonly key: string
  /** The size of the installed file: a file that changed since is not the server's version. */
  readonly bytes: number
  readonly mtimeMs: number
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

const presentVersion = async (url: URL, file: string): Promise<Version | undefined> => {
  try {
    const note = JSON.parse(await readFile(noteOf(file), 'utf8')) as Partial<Note> | null
    const { size, mtimeMs } = await stat(file)
    const isSame = note?.key === keyOf(url) && note.bytes === size && note.mtimeMs === mtimeMs
    const version = { etag: textOf(note?.etag), lastModified: textOf(note?.lastModified) }
    return isSame && (version.etag ?? version.lastModified) !== undefined ? version : undefined
  } catch {
    return undefined
  }
}

const writeAll = async (handle: FileHandle, bytes: Uint8Array, at: number) => {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
  }
}

const reasonOf = (error: unknown): string => {
  const text = messageOf(error)
  // Node's message for an answer that ends too early.
  return text === 'aborted' ? 'the connection ended early' : text
}

/** Without parts that may be secret: name, password, query. */
const shownUrl = ({ protocol, host, pathname, search }: URL): string =>
  `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`

/** Identifies downloads from the same place without revealing the place. */
const keyOf = (url: URL): string => createHash('sha256').update(url.href).digest('hex')

/**
 * Whether a file was downloaded from this place; `undefined` if its origin is unknown.
 *
 * @param source the `url` of `download`
 */
export const isDownloadOf = (file: string, source: string): boolean | undefined => {
  try {
    const { key } = JSON.parse(readFileSync(noteOf(file), 'utf8')) as Partial<Note>
    const url = sourceUrl(source)
    return url === undefined || typeof key !== 'string' ? undefined : key === keyOf(url)
  } catch {
    return undefined
  }
}

interface Limits {
  readonly maxBytes: number
  readonly onProgress: DownloadOptions['onProgress']
  /** Called at each sign of life. */
  readonly onBytes: () => void
}

/** Writes received bytes to the part. Sets `lasting` while a later attempt may continue them. */
const receive = async (
  { kind, body, total, version }: Delivery,
  part: Part,
  state: { lasting: boolean },
  { maxBytes, onProgress, onBytes }: Limits
): Promise<number> => {
  state.lasting = false
  const tooMuch = () => new Error(`it is larger than the limit of ${maxBytes} bytes`)
  if (total !== undefined && total > maxBytes) throw tooMuch()
  const isRest = kind === 'rest'
  const handle = await open(part.path, isRest ? 'r+' : 'w')
  try {
    let bytes = isRest ? (part.begun?.bytes ?? 0) : 0
    if (!isRest) await part.note(canContinue(version) ? version : undefined)
    state.lasting = isRest
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      state.lasting = false
      if (bytes + chunk.length > maxBytes) throw tooMuch()
      await writeAll(handle, chunk, bytes)
      bytes += chunk.length
      onBytes()
      onProgress?.(bytes, total)
      state.lasting = canContinue(version)
    }
    if (total !== undefined && bytes !== total) {
      state.lasting &&= bytes < total
      throw new Error(`${bytes} of ${total} bytes arrived`)
    }
    return bytes
  } finally {
    await handle.close()
  }
}

const setTime = async (path: string, { lastModified = '' }: Version) => {
  const time = Date.parse(lastModified)
  if (!Number.isNaN(time)) await utimes(path, new Date(), new Date(time))
}

/** After a power cut, the disk has the old file or the new one, never an empty one. */
const flush = async (path: string) => {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const putInPlace = async (
  part: Part,
  version: Version,
  url: URL,
  { file, verify }: Pick<DownloadOptions, 'file' | 'verify'>
) => {
  // A file that `verify` rewrites is no longer the server's.
  await part.note(undefined)
  await setTime(part.path, version)
  await verify?.(part.path)
  await flush(part.path)
  await setTime(part.path, version)
  const { size, mtimeMs } = await stat(part.path)
  await rename(part.path, file)
  const source = shownUrl(url)
  const note: Note = { source, key: keyOf(url), ...version, bytes: size, mtimeMs }
  try {
    await writeFile(noteOf(file), JSON.stringify(note))
  } catch {
    // Without the note, the next download only fetches the file again.
    await rm(noteOf(file), { force: true })
  }
}

/**
 * Downloads a file. The next call continues an interrupted download (RFC 9110 §14) and does not fetch a file that is still
 * the newest. The file is replaced as a whole, after all bytes arrived and `verify` accepted them; otherwise it does not
 * change. Nothing is unpacked. Several calls for one file do not disturb each other, even in different processes.
 *
 * @throws EdgeError `download_failed` naming the URL and the reason
 * @example await download({ url: 'https://iptoasn.com/data/ip2asn-v4.tsv.gz', file: 'data/ip2asn-v4.tsv.gz' })
 */
export const download = async ({
  url: text,
  file,
  verify,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  maxBytes = DEFAULT_MAX_BYTES,
  anew = false,
  onProgress,
}: DownloadOptions): Promise<DownloadResult> => {
  const url = sourceUrl(text)
  if (url === undefined) {
    throw new EdgeError(
      'download_failed',
      `download of "${text}": expected an http, https or file URL`
    )
  }
  const shown = shownUrl(url)
  const silence = new AbortController()
  const timer = setTimeout(
    () => silence.abort(new Error(`no data arrived for ${timeoutMs / MS_PER_S} s`)),
    timeoutMs
  )
  const state = { lasting: false }
  let part: Part | undefined
  let delivery: Delivery | undefined
  try {
    part = await claimPart(file, keyOf(url))
    state.lasting = part.begun !== undefined
    const have = anew ? undefined : await presentVersion(url, file)
    delivery = await fetchSource(url, { have, begun: part.begun, signal: silence.signal })
    if (delivery.kind === 'unchanged') {
      await part.remove()
      return { status: 'unchanged', bytes: 0 }
    }
    const onBytes = () => timer.refresh()
    const bytes = await receive(delivery, part, state, { maxBytes, onProgress, onBytes })
    clearTimeout(timer)
    state.lasting = false
    await putInPlace(part, delivery.version, url, { file, verify })
    await part.remove().catch(() => {})
    return { status: 'updated', bytes }
  } catch (error) {
    const cause = silence.signal.aborted ? silence.signal.reason : error
    await (state.lasting ? part?.release() : part?.remove())?.catch(() => {})
    const kept = state.lasting ? '; the next run resumes there' : ''
    throw new EdgeError(
      'download_failed',
      `download of ${shown} failed: ${reasonOf(cause)}${kept}`,
      {
        cause,
      }
    )
  } finally {
    clearTimeout(timer)
    delivery?.body.destroy()
  }
}
