import { DASH, isDigit } from '../characters.ts'
import type { CallShape, Evaluate, FunctionDefinition } from '../scheme.ts'
import { ArgumentProblem } from '../scheme.ts'
import type { Value } from '../types.ts'
import { BOOL, INT } from '../types.ts'
import { encodeBase64, encodeBase64Url } from './base64.ts'
import { readFlags } from './flags.ts'
import { either, literal, optional } from './parameters.ts'
import { hmacSha256 } from './sha256.ts'

const TIMESTAMP_DIGITS = 10
const MIN_MAC_CHARS = 43
/** 44 characters of Base64, each percent-encoded: what is longer cannot be a MAC. */
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
 * Takes `message separator timestamp - mac` apart where `(.+)(.*)(\d{10})-(.{43,})` does: at the last ten digits and dash
 * that leave room for a MAC.
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

/** Looks at every byte, so that the time says nothing of how many were right. */
const equalInConstantTime = (x: string, y: string): boolean => {
  if (x.length !== y.length) return false
  let difference = 0
  for (let i = 0; i < x.length; i++) difference |= x.charCodeAt(i) ^ y.charCodeAt(i)
  return difference === 0
}

const percentDecode = (text: string) =>
  text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const validator = ({ literals: [key, , ttl, , separator = 0, given] }: CallShape): Evaluate => {
  const mac = hmacSha256(key as string)
  const urlSafe = readFlags(given, 5, 's').has('s')
  const lifetimeSeconds = Number(ttl)
  const separatorBytes = Number(separator)
  return ([, messageMac, , now]) => {
    const token = parseToken(messageMac as string, separatorBytes)
    if (token === undefined) return false
    const { message, timestamp } = token
    const digest = mac(message + timestamp)
    const authentic = urlSafe
      ? equalInConstantTime(token.mac, encodeBase64Url(digest))
      : equalInConstantTime(percentDecode(token.mac), encodeBase64(digest))
    return authentic && Number(now) < Number(timestamp) + lifetimeSeconds
  }
}

const checkLiterals = ({ literals: [key, , ttl, , separator = 0] }: CallShape) => {
  if (key === '') throw new ArgumentProblem(0, 'the key is empty: anybody could make a valid token')
  if ((ttl as number | bigint) < 1)
    throw new ArgumentProblem(2, `a ttl of ${ttl} seconds: no token would be valid`)
  if ((separator as number | bigint) < 0)
    throw new ArgumentProblem(4, `a separator of ${separator} bytes`)
}

/** All arguments as if they were literals, for an evaluation that nobody prepared. */
const shapeOf = (literals: readonly (Value | undefined)[]): CallShape => ({ literals, types: [] })

/**
 * Tokens: a Base64 HMAC-SHA-256 over message and time of issue. The separator between the two is not part of what is
 * signed. A token is valid while `now < issued + ttl`.
 *
 * The MAC is compared as text in its one canonical spelling: without `s` padded Base64, percent-encoded where the client
 * likes; with `s` the alphabet for URLs without padding.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#hmac-validation
 * @see https://developers.cloudflare.com/waf/custom-rules/use-cases/configure-token-authentication/
 */
export const hmacFunctions: readonly FunctionDefinition[] = [
  {
    name: 'is_timed_hmac_valid_v0',
    parameters: [
      literal('key'),
      either('message_mac'),
      literal('ttl', [INT]),
      either('current_timestamp', [INT]),
      optional(literal('length_of_separator', [INT])),
      optional(literal('flags')),
    ],
    returns: BOOL,
    evaluate: (args) => validator(shapeOf(args))(args),
    prepare: (call) => {
      checkLiterals(call)
      return validator(call)
    },
  },
]
