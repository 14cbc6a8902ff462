import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as digestOf } from '@noble/hashes/sha2.js'
import { fromByteArray, toByteArray } from '../bytes.ts'

/**
 * SHA-256 (FIPS 180-4), synchronous: expressions are, and WebCrypto's digest is not.
 *
 * @param message binary string
 * @returns 32 bytes as a binary string
 */
export const sha256 = (message: string): string => fromByteArray(digestOf(toByteArray(message)))

/**
 * HMAC-SHA-256 (RFC 2104) with one key for many messages; what depends on the key alone is computed once.
 *
 * @param key binary string
 * @returns takes a message to 32 bytes, both binary strings
 */
export const hmacSha256 = (key: string): ((message: string) => string) => {
  const keyed = hmac.create(digestOf, toByteArray(key))
  return (message) => fromByteArray(keyed.clone().update(toByteArray(message)).digest())
}
