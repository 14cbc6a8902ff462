import { adviceFor } from './advice.ts'
import type { Cause, Kind } from './codes.ts'
import { CHALLENGE, factsOf, REQUEST } from './codes.ts'
import { emptyEvidence, readEvidence } from './evidence.ts'
import type { PlainResponse, Seen } from './response.ts'
import { see } from './response.ts'

/** The result of `identify` for a response. */
export interface Block {
  /** The provider with this form of answer. */
  provider: 'cloudflare'
  kind: Kind
  /** `undefined` on pages without a number: today's WAF page, and challenges. */
  code: number | undefined
  /** 16 hex digits, for the site owner's look-up. */
  rayId: string | undefined
  /** Data centre, three letters. */
  colo: string | undefined
  /** True if the same request can succeed later. */
  retryable: boolean
  /** Seconds to wait before a retry. */
  retryAfter: number | undefined
  cause: Cause
  whoBlocked: 'site owner' | 'provider'
  /** Possible steps, cheapest first. */
  advice: string[]
  /** True if the answer comes from edge1020. */
  emulated: boolean
}

const RAY_HEADER = /^([\da-f]{16})(?:-([A-Z]{3}))?$/
const PLACE = /\b(?:Data cent(?:er|re): )([a-z]{3})\d\d\b/

const seconds = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000))
}

const judge = (status: number | undefined, header: Seen['header'], text: string): Block | null => {
  // A successful response does not block. Its page can show a block as an example.
  if (status !== undefined && status < 400) return null
  const isChallenge = header('cf-mitigated')?.toLowerCase() === 'challenge'
  const isServer = /^cloudflare/i.test(header('server') ?? '')
  const evidence = isChallenge
    ? { isChallenge }
    : (readEvidence(text) ?? (isServer && text.trim() === '' ? emptyEvidence(status) : undefined))
  if (evidence === undefined) return null
  const isOther = header('cf-ray') === undefined && header('server') !== undefined && !isServer
  if (evidence.isShort && isOther) return null
  const { code } = evidence
  const facts = evidence.isChallenge
    ? CHALLENGE
    : evidence.isRequest
      ? REQUEST
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
    whoBlocked:
      kind === 'origin' || cause === 'legal' || cause === 'request' ? 'provider' : 'site owner',
    advice: adviceFor(kind, cause),
    emulated: header('x-edge1020') === 'emulated',
  }
}

/**
 * Recognises a response of Cloudflare or edge1020: a block, a challenge, a rate limit or a failure on the path to the origin. It knows
 * every dialect and generation of the pages. For a site's own 403 behind Cloudflare it returns `null`, because the headers alone prove
 * nothing.
 *
 * @param response the response of any HTTP client. It reads a copy of a `Response` and returns a promise then
 * @throws TypeError if the body can be read only once and was not read yet, or if the value is not a response. The message says what
 *   to pass instead
 * @example
 * const block = await identify(await fetch('https://shop.test/'))
 * if (block?.cause === 'country') …
 */
export function identify(response: Response): Promise<Block | null>
export function identify(response: PlainResponse): Block | null
export function identify(response: object): Promise<Block | null> | Block | null
export function identify(response: object): Promise<Block | null> | Block | null {
  const { status, header, text } = see(response)
  return typeof text === 'string'
    ? judge(status, header, text)
    : text.then((read) => judge(status, header, read))
}
