import { toText } from '../language/bytes.ts'
import type { Verdict, VerdictAction } from '../verdict.ts'

/** One request that the edge has judged. */
export interface SeenRequest {
  /** Ray ID: 16 hex digits. */
  readonly ray: string
  /** ISO 8601, by the clock of the edge. */
  readonly time: string
  readonly method: string
  /** `http://shop.example/path?query`. */
  readonly url: string
  readonly host: string
  readonly path: string
  /** With its `?`; '' where there is none. */
  readonly query: string
  /** As the client sent them, by lower-case name; several values of one name with `, ` between them. */
  readonly headers: Readonly<Record<string, string>>
  /** Address of the visitor, a pretended one included. */
  readonly ip: string
  /** The persona that it was judged as. */
  readonly persona: string | undefined
  /** What the edge decided: `pass`, `block`, `managed_challenge`, `drop` … */
  readonly action: VerdictAction
  /** Cloudflare's error code of the answer, e.g. 1020; `undefined` if it has none, such as a challenge. */
  readonly code: number | undefined
  /** Name of the rule that decided. */
  readonly rule: string | undefined
  readonly ruleId: string | undefined
  /** Seconds in `Retry-After`. */
  readonly retryAfter: number | undefined
  /** The status that the client got; 0 for none (yet). */
  readonly status: number
  /** True where a test has forced the answer. */
  readonly forced: boolean
}

/** The parts that are known later. */
export type OpenRequest = { -readonly [Name in keyof SeenRequest]: SeenRequest[Name] }

/** @param pairs names and values in turn */
const joined = (pairs: readonly string[]): Record<string, string> => {
  const headers: Record<string, string> = Object.create(null)
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i]!.toLowerCase()
    const value = toText(pairs[i + 1]!)
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return { ...headers }
}

const headersOf = ({ request: { incoming } }: Verdict): Record<string, string> =>
  'rawHeaders' in incoming
    ? joined(incoming.rawHeaders.slice(0, MAX_HEADERS * 2))
    : joined([...incoming.headers].flat())

const MAX_HEADERS = 200

/** What there is to tell of a request at the moment that it is judged. */
export const seen = (verdict: Verdict): OpenRequest => {
  const { ray, rayId, request, visitor, action, matches, answer } = verdict
  const last = matches.at(-1)
  const retryAfter = answer?.headers['Retry-After']
  const [host, path, query] = [request.host, request.target.path, request.search].map(toText) as [
    string,
    string,
    string,
  ]
  return {
    ray,
    time: new Date(rayId.timeMs).toISOString(),
    method: request.method,
    url: `${request.scheme}://${host}${path}${query}`,
    host,
    path,
    query,
    headers: headersOf(verdict),
    ip: visitor.ipText,
    persona: visitor.persona?.name,
    action,
    code: answer?.code,
    rule: last?.rule.name,
    ruleId: last?.rule.id,
    retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
    status: answer?.status ?? 0,
    forced: last?.note !== undefined || action === 'drop',
  }
}
