import { sha256 as digestOf } from '@noble/hashes/sha2.js'
import { fromByteArray, toByteArray } from '../bytes.ts'

/** Takes and returns binary strings. */
type Digest = (message: string) => string

/** HMAC pads its key to one block of the digest. */
const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

/** The digest for runtimes without Node's. */
export const portableSha256: Digest = (message) => fromByteArray(digestOf(toByteArray(message)))

/**
 * Node's digest takes a fifth of the time. It is not imported, because bundlers for other runtimes would fail on the import.
 */
const nativeDigest = (): Digest | undefined => {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')
  // Some runtimes have `getBuiltinModule` but not `hash`.
  if (typeof crypto?.hash !== 'function') return undefined
  const { hash } = crypto
  return (message) => hash('sha256', Buffer.from(message, 'latin1'), 'binary')
}

let digest: Digest | undefined

/**
 * SHA-256 (FIPS 180-4), synchronous: expressions are synchronous, and WebCrypto's digest is not.
 *
 * @param message binary string
 * @returns 32 bytes as a binary string
 */
export const sha256: Digest = (message) => {
  digest ??= nativeDigest() ?? portableSha256
  return digest(message)
}

const padded = (key: string, pad: number): string => {
  let bytes = ''
  for (let i = 0; i < BLOCK_BYTES; i++) {
    bytes += String.fromCharCode((i < key.length ? key.charCodeAt(i) : 0) ^ pad)
  }
  return bytes
}

/**
 * HMAC-SHA-256 (RFC 2104 §2) with one key for many messages.
 *
 * @param key binary string
 * @returns a function from a message to 32 bytes, both binary strings
 */
export const hmacSha256 = (key: string): Digest => {
  const block = key.length > BLOCK_BYTES ? sha256(key) : key
  const [inner, outer] = [padded(block, INNER), padded(block, OUTER)]
  return (message) => sha256(outer + sha256(inner + message))
}
