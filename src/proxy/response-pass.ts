import { connectionTokens, HOP_BY_HOP, lowerNames, without } from './hop-by-hop.ts'
import type { Header } from './origin-headers.ts'

const NO_CONTENT = 204
const RESET_CONTENT = 205

/**
 * An origin's headers for the visitor in a flat list. `set` replaces the origin's own headers of the same name. Bytes above
 * 127 are read and written as Latin-1, so they do not change.
 *
 * @param hasTrailers whether the visitor can get trailers after this response's body
 * @returns `undefined` if the body has a transfer coding other than chunks
 */
export const responsePass = (
  raw: readonly Buffer[],
  status: number,
  set: readonly Header[],
  { hasTrailers = true } = {}
): string[] | undefined => {
  const replaced = lowerNames(set)
  const headers: string[] = []
  const named = new Set<string>()
  let isChunked = false
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1')
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower)) {
      if (lower === 'transfer-encoding') {
        // The parser removes only chunks: another coding would stay on a body whose header no longer names it.
        if (isChunked || raw[i + 1]!.toString('latin1').trim().toLowerCase() !== 'chunked') {
          return undefined
        }
        isChunked = true
      } else if (lower === 'connection') {
        for (const token of connectionTokens(raw[i + 1]!.toString('latin1'))) named.add(token)
      }
    } else if (!replaced.has(lower)) headers.push(name, raw[i + 1]!.toString('latin1'))
  }
  // Node refuses to write a Trailer header on a response without chunks.
  if (!isChunked || !hasTrailers) named.add('trailer')
  // RFC 9112 §6.2 and §8.6: no length together with chunks, none on a 204.
  if (isChunked || status === NO_CONTENT || status === RESET_CONTENT) {
    named.add('content-length')
  } else named.delete('content-length')
  const kept = named.size === 0 ? headers : without(headers, named)
  // It has no content, and states that (RFC 9110 §15.3.6).
  if (status === RESET_CONTENT) kept.push('Content-Length', '0')
  for (const [name, value] of set) kept.push(name, value)
  return kept
}

const FORBIDDEN_TRAILERS = new Set(['content-length', 'host', 'set-cookie', 'trailer'])

/** Trailers of a response, without headers that frame or route a message (RFC 9110 §6.5.1) and headers that the edge set. */
export const trailerPass = (
  raw: readonly Buffer[],
  set: readonly Header[] = []
): [string, string][] => {
  const replaced = lowerNames(set)
  const trailers: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1')
    const lower = name.toLowerCase()
    if (!HOP_BY_HOP.has(lower) && !FORBIDDEN_TRAILERS.has(lower) && !replaced.has(lower)) {
      trailers.push([name, raw[i + 1]!.toString('latin1')])
    }
  }
  return trailers
}
