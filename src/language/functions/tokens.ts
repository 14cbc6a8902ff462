import { DASH, isDigit } from '../characters.ts'
import type { CallShape, Evaluate } from '../scheme.ts'
import { encodeBase64, encodeBase64Url } from './base64.ts'
import { hmacSha256 } from './sha256.ts'

const TIMESTAMP_DIGITS = 10
const MIN_MAC_CHARS = 43
/** 44 characters of Base64, each percent-encoded: a longer text cannot be a MAC. */
const MAX_MAC_CHARS = 132
const ESCAPE = /%([0-9a-fA-F]{2})/g

interface Token {
  message: string
  timestamp: string
  mac: string
}

const isDigits = (text: string, start: number, end: number) => {
  for (let i = start; i < end; i++) {
    if (!isDigit(text.charCodeAt(i))) return false
  }
  return true
}

/**
 * Splits `message separator timestamp - mac` where `(.+)(.*)(\d{10})-(.{43,})` does: at the last ten digits and dash that
 * leave room for a MAC.
 */
const parseToken = (text: string, separatorBytes: number): Token | undefined => {
  const least = Math.max(0, text.length - MAX_MAC_CHARS - 1)
  for (let dash = text.length - MIN_MAC_CHARS - 1; dash >= least; dash--) {
    const start = dash - TIMESTAMP_DIGITS
    if (start < 0) return undefined
    if (text.charCodeAt(dash) !== DASH || !isDigits(text, start, dash)) continue
    const messageBytes = start - separatorBytes
    if (messageBytes < 1) return undefined
    return {
      message: text.slice(0, messageBytes),
      timestamp: text.slice(start, dash),
      mac: text.slice(dash + 1),
    }
  }
  return undefined
}

/** Compares every byte, so the time does not reveal how many bytes were right. */
const equalInConstantTime = (x: string, y: string): boolean => {
  if (x.length !== y.length) return false
  let difference = 0
  for (let i = 0; i < x.length; i++) difference |= x.charCodeAt(i) ^ y.charCodeAt(i)
  return difference === 0
}

const percentDecode = (text: string) =>
  text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/**
 * Checks tokens with one key.
 *
 * @param isUrlSafe whether the MAC is Base64 in the alphabet for URLs
 */
export const tokenCheck = (literals: CallShape['literals'], isUrlSafe: boolean): Evaluate => {
  const [key, , ttl, , separator = 0] = literals
  const mac = hmacSha256(key as string)
  const lifetimeSeconds = Number(ttl)
  const separatorBytes = Number(separator)
  return ([, messageMac, , now]) => {
    const token = parseToken(messageMac as string, separatorBytes)
    if (token === undefined) return false
    const { message, timestamp } = token
    const digest = mac(message + timestamp)
    const authentic = isUrlSafe
      ? equalInConstantTime(token.mac, encodeBase64Url(digest))
      : equalInConstantTime(percentDecode(token.mac), encodeBase64(digest))
    return authentic && Number(now) < Number(timestamp) + lifetimeSeconds
  }
}
