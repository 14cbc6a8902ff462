import type { EdgeError } from '../../error.ts'

/** Larger files are not read. The largest feeds in use have about ten million bytes. */
export const MAX_FEED_BYTES = 128 * 1024 * 1024

const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ['compressed by gzip: unpack it first', [0x1f, 0x8b]],
  ['a zip archive: unpack it first', [0x50, 0x4b, 0x03, 0x04]],
  ['compressed by xz: unpack it first', [0xfd, 0x37, 0x7a, 0x58]],
  ['compressed by bzip2: unpack it first', [0x42, 0x5a, 0x68]],
  ['compressed by zstd: unpack it first', [0x28, 0xb5, 0x2f, 0xfd]],
  ['UTF-16 text: expected UTF-8', [0xff, 0xfe]],
  ['UTF-16 text: expected UTF-8', [0xfe, 0xff]],
]
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const MB = 1024 * 1024

const startsWith = (bytes: Uint8Array, magic: readonly number[]) =>
  magic.every((byte, i) => bytes[i] === byte)

/**
 * Refuses content that is not text (archives, UTF-16, binary files), and files that are too large.
 *
 * @param refuse makes the error of a problem
 * @returns the start of the text, after a byte order mark
 */
export const checkText = (bytes: Uint8Array, refuse: (problem: string) => EdgeError): number => {
  if (bytes.length > MAX_FEED_BYTES) {
    throw refuse(`it has ${bytes.length} bytes, expected at most ${MAX_FEED_BYTES / MB} MB`)
  }
  for (const [what, magic] of MAGIC) if (startsWith(bytes, magic)) throw refuse(`it is ${what}`)
  const nul = bytes.indexOf(0)
  if (nul >= 0) throw refuse(`it has a NUL at byte ${nul}, expected text in UTF-8`)
  return startsWith(bytes, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
}
