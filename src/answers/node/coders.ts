import * as zlib from 'node:zlib'
import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync } from 'node:zlib'
import type { Coders, PartCoders } from '../compress.ts'
import { compressTemplate } from '../compress.ts'

const BEST_LEVEL = 9
/** A higher quality refers to a dictionary by its distance from the start of the whole stream. */
const SELF_CONTAINED_QUALITY = 1

/** Available from Node 22.15 and 24 on. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }

/** Node's own coders for the fixed parts of answers. */
export const coders: Coders & Required<Omit<PartCoders, 'zstd'>> = {
  compressTemplate,
  ...(zstdCompressSync === undefined ? {} : { zstd: (bytes) => zstdCompressSync(bytes) }),
  deflate: (bytes) =>
    deflateRawSync(bytes, { level: BEST_LEVEL, finishFlush: constants.Z_SYNC_FLUSH }),
  brotli: (bytes) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: SELF_CONTAINED_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      },
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
  unbrotli: (stream) => brotliDecompressSync(stream),
}
