const NEWLINE = 10
/** The size of the text that a thread judges at a time. */
export const CHUNK_BYTES = 1 << 20
/** The rest of a longer line is not read, which bounds the memory. No server writes lines as long as this. */
export const MAX_LINE_BYTES = 1 << 18

const BOM = [0xef, 0xbb, 0xbf]

const withoutBom = (bytes: Uint8Array): Uint8Array =>
  BOM.every((byte, i) => bytes[i] === byte) ? bytes.subarray(BOM.length) : bytes

/**
 * Cuts bytes into chunks of whole lines, each with its own memory. The last line may lack a line break. A byte order mark at the
 * start is left out.
 *
 * @param size the size of a chunk in bytes
 * @param maxLine the number of bytes that are kept of a line which does not fit into a chunk
 * @example for await (const chunk of lineChunks(createReadStream('access.log'))) judge(chunk)
 */
export const lineChunks = async function* (
  bytes: AsyncIterable<Uint8Array>,
  size = CHUNK_BYTES,
  maxLine = MAX_LINE_BYTES
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let chunk = new Uint8Array(size)
  let length = 0
  let isFirst = true
  /** True while the rest of a line that is too long is skipped. */
  let isSkipping = false

  const add = (part: Uint8Array) => {
    chunk.set(part, length)
    length += part.length
  }

  for await (const given of bytes) {
    let part = isFirst ? withoutBom(given) : given
    isFirst = false
    while (part.length > 0) {
      if (isSkipping) {
        const end = part.indexOf(NEWLINE)
        if (end < 0) break
        part = part.subarray(end)
        isSkipping = false
      }
      const taken = part.subarray(0, size - length)
      add(taken)
      part = part.subarray(taken.length)
      if (length < size) continue
      const last = chunk.lastIndexOf(NEWLINE)
      const kept = chunk.slice(last + 1)
      const next = new Uint8Array(size)
      if (last >= 0) yield chunk.subarray(0, last + 1)
      chunk = next
      length = 0
      add(kept.subarray(0, maxLine))
      isSkipping = kept.length > maxLine
    }
  }
  if (length > 0) yield chunk.subarray(0, length)
}
