export type Header = readonly [name: string, value: string]

/** The facts about a request that the origin gets. */
export interface OriginFacts {
  /** Canonical client address; '' if unknown. */
  ip: string
  /** `XX` if unknown, `T1` for Tor. */
  country: string
  /** 16 hex digits. */
  ray: string
  /** Three letters: the data centre. */
  colo: string
  scheme: string
  /** The address of the connection: the visitor's, or that of a proxy in front. */
  peerAddress?: string | undefined
  /** X-Forwarded-For as received; undefined if absent. */
  xForwardedFor?: string | undefined
  /** CDN-Loop as received: RFC 8586 forbids removing it. */
  cdnLoop?: string | undefined
}

const MAPPED_V4 = /^::ffff:(?=\d+\.)/i

/**
 * The headers that Cloudflare sets on a request to the origin
 * (https://developers.cloudflare.com/fundamentals/reference/http-headers/). Accept-Encoding stays the visitor's own: the
 * edge cannot send `gzip, br` for everyone, because it does not decompress for a client that offered neither.
 *
 * @example originHeaders({ ip: '192.0.2.1', country: 'NL', ray: '8f3c2d1e0a9b7c65', colo: 'AMS', scheme: 'https' })
 */
export const originHeaders = ({
  ip,
  country,
  ray,
  colo,
  scheme,
  peerAddress = '',
  xForwardedFor,
  cdnLoop,
}: OriginFacts): Header[] => {
  const peer = peerAddress.replace(MAPPED_V4, '')
  const forwardedFor = [xForwardedFor || ip, xForwardedFor ? peer : ''].filter(Boolean).join(', ')
  const headers: Header[] = [
    ['X-Forwarded-Proto', scheme],
    ['CF-Visitor', `{"scheme":"${scheme}"}`],
    ['CF-Ray', `${ray}-${colo}`],
    ['CF-IPCountry', country],
    ['CDN-Loop', cdnLoop ? `${cdnLoop}, cloudflare` : 'cloudflare'],
  ]
  if (ip !== '') headers.push(['CF-Connecting-IP', ip])
  if (forwardedFor !== '') headers.push(['X-Forwarded-For', forwardedFor])
  return headers
}
