import type { RequestBody } from './body.ts'

const CHARS_PER_CALL = 8_192

const toBinary = (chunk: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < chunk.length; i += CHARS_PER_CALL) {
    text += String.fromCharCode(...chunk.subarray(i, i + CHARS_PER_CALL))
  }
  return text
}

const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** What Content-Length announces, in bytes; `undefined` where it announces nothing. */
export const lengthOf = (value: string | null | undefined): number | undefined =>
  value !== null && value !== undefined && /^\d+$/.test(value)
    ? Math.min(Number(value), Number.MAX_SAFE_INTEGER)
    : undefined

/** Gathers the beginning of a body as it comes in. */
export class Gathered {
  readonly #chunks: Uint8Array[] = []
  /** Bytes. */
  length = 0

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.length += chunk.length
  }

  get bytes(): Uint8Array {
    return joined(this.#chunks, this.length)
  }

  /**
   * What rules see of it.
   *
   * @param isWhole whether there is nothing more to come
   * @param announced what Content-Length says
   */
  toBody(isWhole: boolean, limitBytes: number, announced: number | undefined): RequestBody {
    return {
      bytes: toBinary(this.bytes.subarray(0, limitBytes)),
      size: isWhole ? this.length : Math.max(this.length, announced ?? 0),
      isTruncated: !isWhole || this.length > limitBytes,
    }
  }
}
