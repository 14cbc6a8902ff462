import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { EdgeError, messageOf } from '../../error.ts'
import { ASN_HEADER_BYTES, isAsnBinary, readAsnBinary, readAsnHeader } from '../asn/binary.ts'
import type { AsnData } from '../asn/table.ts'
import { parseAsnTsv } from '../asn/tsv.ts'

const GZIP = [0x1f, 0x8b]
/** The whole Internet takes about 40 MB of text. */
const MAX_TEXT_BYTES = 2 ** 29
const DATE_CHARS = 10

const failed = (path: string, cause: unknown): EdgeError => {
  if (cause instanceof EdgeError) return cause
  return new EdgeError('asn_failed', `${path}: cannot be read: ${messageOf(cause)}`, { cause })
}

/** iptoasn.com's TSV contains no date; the file's date is the server's. */
const dateOf = (path: string) => statSync(path).mtime.toISOString().slice(0, DATE_CHARS)

const isGzip = (bytes: Uint8Array) => GZIP.every((byte, at) => bytes[at] === byte)

/**
 * Reads a table of networks: a compiled one, or iptoasn.com's TSV, plain or gzipped. The content decides, not the name.
 *
 * @param path the location of the file
 * @param file its name in errors
 * @throws EdgeError `asn_failed`
 */
export const readAsnFile = (path: string, file: string = path): AsnData => {
  try {
    const bytes = readFileSync(path)
    if (isAsnBinary(bytes)) return readAsnBinary(bytes, file)
    const text = isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }) : bytes
    return parseAsnTsv(text, { file, date: dateOf(path) })
  } catch (cause) {
    throw failed(file, cause)
  }
}

/**
 * The facts of a table that need no full read; the number of networks only for a compiled table.
 *
 * @throws EdgeError `asn_failed` if the file is missing or may not be read
 */
export const readAsnFacts = (path: string): { date: string; entries?: number } => {
  try {
    const header = new Uint8Array(ASN_HEADER_BYTES)
    const descriptor = openSync(path, 'r')
    try {
      readSync(descriptor, header)
    } finally {
      closeSync(descriptor)
    }
    return isAsnBinary(header) ? readAsnHeader(header, path) : { date: dateOf(path) }
  } catch (cause) {
    throw failed(path, cause)
  }
}
