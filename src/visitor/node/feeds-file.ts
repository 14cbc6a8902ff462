import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EdgeError, messageOf } from '../../error.ts'
import type { ParsedFeed } from '../feeds/parse.ts'
import { parseFeed } from '../feeds/parse.ts'
import type { FeedSpec } from '../feeds/spec.ts'
import { redactedSource } from '../feeds/spec.ts'
import { MAX_FEED_BYTES } from '../feeds/text.ts'

const FOLDER = 'feeds'

/** A feed's file: the owner's own, or the copy of a URL from `edge1020 update feeds`. */
export const feedFile = ({ name, source, isUrl }: FeedSpec, data: string): string =>
  isUrl ? join(data, FOLDER, `${name}.txt`) : source

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

const missing = (spec: FeedSpec, file: string): EdgeError => {
  const what = `feed ${spec.name}: ${file} does not exist`
  return new EdgeError(
    'feed_missing',
    spec.isUrl
      ? `${what}: \`edge1020 update feeds\` with the same --feed downloads it from ${redactedSource(spec)}`
      : what
  )
}

/** Reads only up to the limit, whatever the file is. */
const readBytes = (file: string): { bytes: Uint8Array; modified: Date } => {
  const descriptor = openSync(file, 'r')
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw new Error('it is not a file')
    const { size, mtime } = stats
    if (size > MAX_FEED_BYTES) throw new Error(`its ${size} bytes are more than ${MAX_FEED_BYTES}`)
    return { bytes: readFileSync(descriptor), modified: mtime }
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Reads and parses a feed's file. If the feed does not state the date of its data, the file's date counts.
 *
 * @param path the current location, if it differs from `feedFile`
 * @throws EdgeError `feed_missing`, `invalid_feed`
 */
export const readFeedFile = (spec: FeedSpec, file: string, path = file): ParsedFeed => {
  let read: ReturnType<typeof readBytes>
  try {
    read = readBytes(path)
  } catch (cause) {
    if (isMissing(cause)) throw missing(spec, file)
    throw new EdgeError(
      'invalid_feed',
      `feed ${spec.name}: ${file} cannot be read: ${messageOf(cause)}`,
      {
        cause,
      }
    )
  }
  const { format, full, min, unfiltered } = spec
  const feed = parseFeed(read.bytes, { file, format, full, min, unfiltered })
  const date = feed.date || read.modified.toISOString().slice(0, 'YYYY-MM-DD'.length)
  return { ...feed, date }
}
