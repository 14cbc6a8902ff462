import type { Header } from './origin-headers.ts'

/** Headers of one connection, not of the message (RFC 9110 §7.6.1, and others that proxies usually remove). */
export const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** Header names in a Connection header: these headers end here too. */
export const connectionTokens = (value: string) =>
  value
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '' && token !== 'close' && token !== 'keep-alive')

export const lowerNames = (headers: readonly Header[]) =>
  new Set(headers.map(([name]) => name.toLowerCase()))

export const without = (flat: readonly string[], names: ReadonlySet<string>): string[] => {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!names.has(flat[i]!.toLowerCase())) kept.push(flat[i]!, flat[i + 1]!)
  }
  return kept
}
