const POLYNOMIAL = 0xedb88320
const WORD_BITS = 32
const BITS_PER_BYTE = 8

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < BITS_PER_BYTE; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  return crc
})

/**
 * CRC-32 (RFC 1952 §8) of the bytes behind `crc` followed by `bytes`, or by a part of them. The result is signed: `>>> 0`
 * makes it unsigned.
 */
export const crcAfter = (
  crc: number,
  bytes: Uint8Array,
  from = 0,
  to: number = bytes.length
): number => {
  let state = ~crc
  for (let i = from; i < to; i++) {
    state = TABLE[(state ^ bytes[i]!) & 0xff]! ^ (state >>> BITS_PER_BYTE)
  }
  return ~state
}

export const crcOf = (bytes: Uint8Array): number => crcAfter(0, bytes)

/** The effect of a following zero byte on each bit of a sum. */
const zeroByte = (): Uint32Array =>
  Uint32Array.from({ length: WORD_BITS }, (_, bit) => {
    const word = (1 << bit) >>> 0
    return TABLE[word & 0xff]! ^ (word >>> BITS_PER_BYTE)
  })

const apply = (matrix: Uint32Array, word: number): number => {
  let result = 0
  for (let rest = word >>> 0, bit = 0; rest !== 0; rest >>>= 1, bit++) {
    if (rest & 1) result ^= matrix[bit]!
  }
  return result
}

const multiply = (x: Uint32Array, y: Uint32Array): Uint32Array => y.map((word) => apply(x, word))

const NIBBLE_BITS = 4
const NIBBLES = WORD_BITS / NIBBLE_BITS
const NIBBLE = 2 ** NIBBLE_BITS

/** The product of a matrix with every value of each group of four bits: eight steps for a word. */
const tabulate = (matrix: Uint32Array): Int32Array =>
  Int32Array.from({ length: NIBBLES * NIBBLE }, (_, i) =>
    apply(matrix, (i % NIBBLE) << (Math.floor(i / NIBBLE) * NIBBLE_BITS))
  )

/**
 * Extends a sum by a number of following bytes whose own sum is known: `crcShift(n)(crc) ^ crcOf(bytes)` is `crcAfter(crc,
 * bytes)`. Sums are linear, so each bit can be moved alone (as in zlib's `crc32_combine`).
 */
export const crcShift = (length: number): ((crc: number) => number) => {
  let matrix: Uint32Array | undefined
  let power = zeroByte()
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) matrix = matrix === undefined ? power : multiply(power, matrix)
    power = multiply(power, power)
  }
  if (matrix === undefined) return (crc) => crc
  const table = tabulate(matrix)
  return (crc) => {
    let shifted = 0
    for (let i = 0; i < NIBBLES; i++) {
      const nibble = (crc >>> (i * NIBBLE_BITS)) & (NIBBLE - 1)
      shifted ^= table[i * NIBBLE + nibble]!
    }
    return shifted
  }
}
