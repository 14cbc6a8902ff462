import { adviceFor } from './advice.ts'
import type { Cause, Kind } from './codes.ts'
import { factsOf } from './codes.ts'
import { readEvidence } from './evidence.ts'

/** What `identify` found out about a response. */
export interface Block {
  /** Whose answer it has the form of. */
  provider: 'cloudflare'
  kind: Kind
  /** `undefined` on pages that show none: today's WAF page, and challenges. */
  code: number | undefined
  /** 16 hex digits, what the owner of the site looks up. */
  rayId: string | undefined
  /** Data centre, three letters. */
  colo: string | undefined
  /** May the same request succeed later? */
  retryable: boolean
  /** Seconds to wait before. */
  retryAfter: number | undefined
  cause: Cause
  whoBlocked: 'site owner' | 'provider'
  /** What to do, cheapest first. */
  advice: string[]
  /** The answer was made by edge1020. */
  emulated: boolean
}

/** A response that was read before. Names of headers may be in any case; what is not known may be left out. */
export interface PlainResponse {
  status?: number | undefined
  headers?:
    | Readonly<Record<string, string | readonly string[] | undefined>>
    /** `Headers`, a `Map`, or names and values in pairs. */
    | Iterable<readonly [string, string | readonly string[] | undefined]>
    | undefined
  body?: string | Uint8Array | undefined
}

/** Bodies are read so far: every mark stands in the first of them. */
const MAX_BODY_CHARS = 65_536
const RAY_HEADER = /^([\da-f]{16})(?:-([A-Z]{3}))?$/
const PLACE = /\b(?:Data cent(?:er|re): )([a-z]{3})\d\d\b/

type Read = (name: string) => string | undefined

const reader = (headers: PlainResponse['headers'] = {}): Read => {
  const known = new Map<string, string>()
  for (const [name, value] of Symbol.iterator in headers ? headers : Object.entries(headers)) {
    if (value !== undefined) known.set(name.toLowerCase(), String(value))
  }
  return (name) => known.get(name)
}

const textOf = (body: string | Uint8Array = ''): string =>
  typeof body === 'string'
    ? body.slice(0, MAX_BODY_CHARS)
    : new TextDecoder().decode(body.subarray(0, MAX_BODY_CHARS))

const seconds = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000))
}

const judge = (status: number | undefined, header: Read, text: string): Block | null => {
  // Nobody is stopped by a success: a page that shows one of these as an example is no block.
  if (status !== undefined && status < 400) return null
  const isChallenge = header('cf-mitigated')?.toLowerCase() === 'challenge'
  const evidence = isChallenge ? { isChallenge } : readEvidence(text)
  if (evidence === undefined) return null
  const isOther =
    header('cf-ray') === undefined && !/^cloudflare/i.test(header('server') ?? 'cloudflare')
  if (evidence.isShort && isOther) return null
  const { code } = evidence
  const facts = evidence.isChallenge
    ? ({ kind: 'challenge', cause: 'challenge', retryable: false } as const)
    : factsOf(code ?? 1020)
  if (facts === undefined) return null
  const [, ray, colo] = RAY_HEADER.exec(header('cf-ray') ?? '') ?? []
  const { kind, cause } = facts
  const retryable = evidence.retryable ?? facts.retryable
  return {
    provider: 'cloudflare',
    kind,
    code,
    rayId: ray ?? evidence.ray,
    colo: colo ?? PLACE.exec(text)?.[1]?.toUpperCase(),
    retryable,
    retryAfter: retryable
      ? (seconds(header('retry-after')) ?? evidence.retryAfter ?? facts.retryAfter)
      : undefined,
    cause,
    whoBlocked: kind === 'origin' || cause === 'legal' ? 'provider' : 'site owner',
    advice: adviceFor(kind, cause),
    emulated: header('x-edge1020') === 'emulated',
  }
}

/** The beginning of a body, read from a copy: the response stays whole for its owner. */
const beginning = async (response: Response): Promise<string> => {
  const body = response.bodyUsed ? null : response.clone().body
  if (body === null) return ''
  const stream = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (text.length < MAX_BODY_CHARS) {
    const { done, value } = await stream.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  void stream.cancel().catch(() => {})
  return text
}

/**
 * Says whether a response is Cloudflare's (or edge1020's) instead of the site's own: a block, a challenge, a rate limit or a
 * failure on the way to the origin. Knows every dialect and generation of the pages. A site's own 403 behind Cloudflare is
 * `null`: the headers alone prove nothing.
 *
 * @param response a `Response`, of which a copy is read (then a promise is returned), or what was read of one before
 * @example
 * const block = await identify(await fetch('https://shop.test/'))
 * if (block?.cause === 'country') …
 */
export function identify(response: Response): Promise<Block | null>
export function identify(response: PlainResponse): Block | null
export function identify(response: Response | PlainResponse): Promise<Block | null> | Block | null {
  const header = reader(response.headers)
  const status = response.status
  if (typeof (response as Response).clone !== 'function') {
    return judge(status, header, textOf((response as PlainResponse).body))
  }
  if (status !== undefined && status < 400) return Promise.resolve(null)
  return beginning(response as Response).then((text) => judge(status, header, text))
}
