import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { EdgeError } from '../error.ts'

/** 256 bits. */
const GENERATED_BYTES = 32
const MIN_CHARS = 16
const MAX_CHARS = 512
/** The form of a bearer token (RFC 6750 §2.1). */
const TOKEN = /^[\w.~+/-]+=*$/

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Returns a random token of 43 characters. */
export const generateToken = (): string => randomBytes(GENERATED_BYTES).toString('base64url')

/** Checks the form of a token. @throws EdgeError `invalid_admin_token`; the message does not contain the token */
export const checkToken = (token: string): void => {
  if (token.length >= MIN_CHARS && token.length <= MAX_CHARS && TOKEN.test(token)) return
  throw new EdgeError(
    'invalid_admin_token',
    `admin token of ${token.length} characters: expected ${MIN_CHARS} to ${MAX_CHARS} letters, digits and ._~+/-=`
  )
}

/** Returns a function that compares texts with the token in constant time, for any text and length. */
export const tokenCheck = (token: string): ((given: string) => boolean) => {
  const expected = digest(token)
  return (given) => timingSafeEqual(digest(given), expected)
}
