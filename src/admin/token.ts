import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { EdgeError } from '../error.ts'

/** 256 bits. */
const GENERATED_BYTES = 32
const MIN_CHARS = 16
const MAX_CHARS = 512
/** What RFC 6750 §2.1 lets follow `Bearer`. */
const TOKEN = /^[\w.~+/-]+=*$/

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** A token that nobody guesses: 43 characters. */
export const generateToken = (): string => randomBytes(GENERATED_BYTES).toString('base64url')

/** @throws EdgeError `invalid_admin_token`; the message does not repeat the token */
export const checkToken = (token: string): void => {
  if (token.length >= MIN_CHARS && token.length <= MAX_CHARS && TOKEN.test(token)) return
  throw new EdgeError(
    'invalid_admin_token',
    `admin token of ${token.length} characters: expected ${MIN_CHARS} to ${MAX_CHARS} letters, digits and ._~+/-=`
  )
}

/** Compares with one token. Takes as long for a text that differs early as for one that differs late, whatever its length. */
export const tokenCheck = (token: string): ((given: string) => boolean) => {
  const expected = digest(token)
  return (given) => timingSafeEqual(digest(given), expected)
}
