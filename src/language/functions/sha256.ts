const BLOCK_BYTES = 64
const WORDS = 64
/** A length of 64 bits ends the last block. */
const LENGTH_BYTES = 8
const TWO_32 = 0x1_0000_0000

const isPrime = (n: number) => {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false
  return true
}

const PRIMES: readonly number[] = (() => {
  const primes: number[] = []
  for (let n = 2; primes.length < WORDS; n++) if (isPrime(n)) primes.push(n)
  return primes
})()

/** The first 32 bits behind the point. */
const fraction = (x: number) => Math.floor((x % 1) * TWO_32)

/** FIPS 180-4 §4.2.2 and §5.3.3: cube roots of the first 64 primes, square roots of the first 8. */
const ROUND = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))
const INITIAL = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))

/** The message schedule of the block at work: one array for all calls, as hashing is synchronous. */
const schedule = new Uint32Array(WORDS)

const rotate = (x: number, by: number) => (x >>> by) | (x << (32 - by))

/** FIPS 180-4 §6.2.2: takes one block of 64 bytes into the state. */
const compress = (state: Uint32Array, data: DataView, offset: number) => {
  const w = schedule
  for (let i = 0; i < 16; i++) w[i] = data.getUint32(offset + i * 4)
  for (let i = 16; i < WORDS; i++) {
    const x = w[i - 15]!
    const y = w[i - 2]!
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < WORDS; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const t1 = (h + s1 + choice + ROUND[i]! + w[i]!) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + s0 + majority) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

/** Hashes the message into a state that has already taken in `before` bytes (whole blocks). */
const finish = (start: Uint32Array, message: string, before: number): string => {
  const state = start.slice()
  const { length } = message
  const padded = Math.ceil((length + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES
  const bytes = new Uint8Array(padded)
  for (let i = 0; i < length; i++) bytes[i] = message.charCodeAt(i)
  bytes[length] = 0x80
  const data = new DataView(bytes.buffer)
  const bits = (before + length) * 8
  data.setUint32(padded - LENGTH_BYTES, Math.floor(bits / TWO_32))
  data.setUint32(padded - LENGTH_BYTES / 2, bits % TWO_32)
  for (let offset = 0; offset < padded; offset += BLOCK_BYTES) compress(state, data, offset)
  let digest = ''
  for (const word of state) {
    digest += String.fromCharCode(word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255)
  }
  return digest
}

/**
 * SHA-256 (FIPS 180-4), synchronous: expressions are, and WebCrypto's digest is not.
 *
 * @param message binary string
 * @returns 32 bytes as a binary string
 */
export const sha256 = (message: string): string => finish(INITIAL, message, 0)

const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

const padState = (key: string, pad: number): Uint32Array => {
  const block = new Uint8Array(BLOCK_BYTES).fill(pad)
  for (let i = 0; i < key.length; i++) block[i]! ^= key.charCodeAt(i)
  const state = INITIAL.slice()
  compress(state, new DataView(block.buffer), 0)
  return state
}

/**
 * HMAC-SHA-256 (RFC 2104) with one key for many messages; what depends on the key alone is computed once.
 *
 * @param key binary string
 * @returns takes a message to 32 bytes, both binary strings
 */
export const hmacSha256 = (key: string): ((message: string) => string) => {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key
  const inner = padState(short, INNER_PAD)
  const outer = padState(short, OUTER_PAD)
  return (message) => finish(outer, finish(inner, message, BLOCK_BYTES), BLOCK_BYTES)
}
