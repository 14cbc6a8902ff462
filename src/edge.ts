import type { Answer, AnswerOptions, PageChoice, RefusalFacts } from './answers/answer.ts'
import { createAnswers } from './answers/create.ts'
import { byteLength } from './answers/template.ts'
import { contextLayout, RequestContext, readOverrides } from './context.ts'
import { EdgeError } from './error.ts'
import type { EventStore } from './events/event.ts'
import { toText } from './language/bytes.ts'
import { fieldFacts } from './language/fields.ts'
import { PREVIEW_PATH, preview } from './preview.ts'
import type { RayId } from './ray.ts'
import { createRays } from './ray.ts'
import { createRecorder } from './record.ts'
import { BODY_FIELDS } from './request/body.ts'
import { bodyLimits, peekBody } from './request/read-body.ts'
import type { EdgeRequest, RequestReader } from './request/request.ts'
import { readRequest } from './request/request.ts'
import { createJudge } from './rules/judge.ts'
import type { Rule, Ruleset } from './rules/rule.ts'
import { Verdict } from './verdict.ts'
import { COUNTRY_FIELDS } from './visitor/countries.ts'
import { createVisitors } from './visitor/identify.ts'
import type { Personas } from './visitor/persona.ts'
import type {
  AsnSource,
  BotSource,
  Connection,
  GeoSource,
  ReputationSource,
  Visitor,
} from './visitor/visitor.ts'
import { warningsOf } from './warnings.ts'

/** What a custom rule's block answers with. */
const CUSTOM_RULE_BLOCK_CODE = 1020
const BAD_OVERRIDE_STATUS = 400
const NO_CONNECTION: Connection = {}

const ASN_FIELD = 'ip.src.asnum'

export interface EdgeOptions {
  ruleset: Ruleset
  /** Where events go; a refusal is sent only after its event is committed here. */
  store: EventStore
  /** Peers whose forwarded headers are believed: CIDRs, `loopback`, `private`. Default none. */
  trust?: readonly string[]
  /** Honours the `x-edge-…` test headers from loopback and trusted peers. Default false. */
  overrides?: boolean
  /** The data centre in Ray IDs: three letters. */
  colo?: string
  /** Tells apart several edges that share a store (0–255). */
  instance?: number
  geo?: GeoSource
  asn?: AsnSource
  reputation?: ReputationSource
  bots?: BotSource
  /** Named visitors for `x-edge-as`, where overrides are on. */
  personas?: Personas
  /** True where the transport brings TLS fingerprints in `connection.fields`, so that rules on them are not warned about. */
  seesTls?: boolean
  answers?: AnswerOptions
  /**
   * How much of a request's body is looked at where a rule reads it, in bytes (default 131,072, as on Cloudflare), and how
   * long a visitor may take to send that much, in milliseconds (default 10,000; then what has come is judged).
   */
  body?: { limitBytes?: number; timeoutMs?: number }
  /** Replaces the values of query parameters in events: all of them, or those with these names. */
  redactQuery?: boolean | readonly string[]
  /** Told when an event could not be committed or a look-up failed; the visitor is answered all the same. */
  onError?: (error: EdgeError) => void
}

/** Counts since the edge was made. */
export interface EdgeStats {
  judged: number
  blocked: number
  /** Events that could not be committed. */
  lost: number
}

export interface Edge {
  /**
   * Judges one request. A blocked one resolves after its event is committed.
   *
   * Where a rule reads the body it stays in the request. What is then left unread of Node's request has to be dropped with
   * `request.resume()`, or the connection waits; the mounts do.
   *
   * @param request a Fetch `Request`, or Node's `IncomingMessage`
   * @param connection what the transport knows of the peer; Node's `request.socket` fits
   */
  judge(request: EdgeRequest, connection?: Connection): Promise<Verdict>
  /** The same, without a promise where nothing has to be waited for: for mounts on the hot path. */
  decide(request: EdgeRequest, connection?: Connection): Verdict | Promise<Verdict>
  /** The edge's answer about its origin (521 …) to a request that passed. */
  refuse(code: number, verdict: Verdict, request: EdgeRequest): Answer
  readonly ruleset: Ruleset
  readonly store: EventStore
  readonly stats: Readonly<EdgeStats>
  /** The data centre in its Ray IDs. */
  readonly colo: string
  /** What of the rules cannot be judged here from real data, one sentence each. */
  readonly warnings: readonly string[]
  /** A new Ray ID as the `CF-RAY` header has it, for an answer that no request was judged for. */
  nextRay(): string
  /** Commits pending events and releases the store. */
  close(): Promise<void>
}

const refusalFacts = (
  code: number,
  request: RequestReader,
  visitor: Visitor,
  ray: RayId,
  colo: string,
  page?: PageChoice
): RefusalFacts => ({
  code,
  ray: ray.ray,
  colo,
  timeMs: ray.timeMs,
  host: toText(request.hostname),
  ip: visitor.ipText,
  country: visitor.country,
  asn: visitor.asn,
  method: request.method,
  accept: request.joined('accept'),
  acceptEncoding: request.joined('accept-encoding'),
  codings: request.codings,
  acceptLanguage: request.joined('accept-language'),
  page,
})

/** A mistake in a test's own headers is told to the test: silently ignored, it would make the test pass. */
const badOverride = (problems: readonly string[], ray: RayId, method: string): Answer => {
  const body = problems.map((problem) => `${problem}\n`).join('')
  return {
    status: BAD_OVERRIDE_STATUS,
    headers: {
      'Content-Type': 'text/plain; charset=UTF-8',
      'Content-Length': String(byteLength(body)),
      'Cache-Control': 'no-store',
      'CF-RAY': ray.header,
      'x-edge1020': 'bad-override',
    },
    body: method === 'HEAD' ? '' : body,
  }
}

/** A visitor's overridden fields by slot, and what could not be read of the overrides. */
const settleOverrides = ({ overrideProblems, fieldOverrides }: Visitor) => {
  try {
    return {
      problems: overrideProblems,
      fields: fieldOverrides === undefined ? undefined : readOverrides(fieldOverrides),
    }
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return { problems: [...overrideProblems, `x-edge-fields: ${error.message}`], fields: undefined }
  }
}

export const isEdge = (value: object): value is Edge => 'decide' in value && 'judge' in value

/**
 * The spine: one request in, one `Verdict` out. Rules run in order; `log` notes a match and goes on, `skip` ends the
 * evaluation and lets the request pass, `block` refuses it.
 *
 * Providers (store, country data) are passed in, so that this runs on any runtime; `edge1020/node` brings Node's.
 *
 * @throws EdgeError `invalid_trust`, `invalid_colo`, `invalid_body_limit`; `geo_failed` where a rule needs a country and the data cannot load
 * @example
 * const edge = createEdge({ ruleset, store: memoryStore() })
 * const { action, ray } = await edge.judge(new Request('https://shop.test/'), { remoteAddress: '192.0.2.1' })
 */
export const createEdge = (options: EdgeOptions): Edge => {
  const { ruleset, store, geo, asn, reputation, bots } = options
  const { onError = () => {}, overrides = false } = options
  const rays = createRays({ colo: options.colo, instance: options.instance })
  const { colo } = rays
  const visitors = createVisitors({
    trust: options.trust ?? [],
    overrides,
    geo,
    asn,
    reputation,
    bots,
    personas: options.personas,
  })
  const answers = createAnswers(options.answers)
  const record = createRecorder({ redactQuery: options.redactQuery ?? false, colo })
  const matching = createJudge(ruleset.rules)
  const layout = contextLayout(ruleset.fields)
  const readsBody = ruleset.fields.some((field) => field.startsWith(BODY_FIELDS))
  const limits = bodyLimits(options.body)
  const stats: EdgeStats = { judged: 0, blocked: 0, lost: 0 }
  const pending = new Set<Promise<unknown>>()

  const reads = ruleset.fields
  const readsPlaces = reads.some((field) => fieldFacts.get(field)?.source === 'place')
  const hasPlaces = geo?.place !== undefined
  if (readsPlaces && hasPlaces) geo.open?.('city')
  else if (reads.some((field) => COUNTRY_FIELDS.has(field))) geo?.open?.('country')
  if (reads.includes(ASN_FIELD)) asn?.open?.()

  const lost = (cause: unknown) => {
    stats.lost++
    onError(
      cause instanceof EdgeError
        ? cause
        : new EdgeError('store_failed', `${store.name}: an event was not committed`, { cause })
    )
  }

  const settle = (
    matched: readonly Rule[],
    request: RequestReader,
    visitor: Visitor,
    context: RequestContext,
    ray: RayId
  ): Verdict | Promise<Verdict> => {
    const rule = matched.at(-1)!
    const answer =
      rule.action === 'block'
        ? answers.refuse(
            refusalFacts(CUSTOM_RULE_BLOCK_CODE, request, visitor, ray, colo, rule.page)
          )
        : undefined
    if (answer !== undefined) stats.blocked++
    if (store.discards === true) return new Verdict(rule.action, ray, visitor, answer, rule)
    const judged = { request, visitor, context, ray, status: answer?.status ?? 0 }
    const events = matched.map((one, i) =>
      record({ rule: one, matchIndex: matched.length - 1 - i }, judged)
    )
    const verdict = new Verdict(rule.action, ray, visitor, answer, rule, events.at(-1))
    const appended: Promise<unknown> =
      events.length === 1
        ? store.append(events[0]!)
        : Promise.all(events.map((event) => store.append(event)))
    const committed = appended.then(
      () => verdict,
      (cause) => {
        lost(cause)
        return verdict
      }
    )
    if (answer !== undefined) return committed
    // The request passes without waiting; closing waits.
    pending.add(committed)
    void committed.then(() => pending.delete(committed))
    return verdict
  }

  const judged = (
    request: RequestReader,
    visitor: Visitor,
    context: RequestContext,
    ray: RayId
  ): Verdict | Promise<Verdict> => {
    const matched = matching(context)
    return matched.length === 0
      ? new Verdict('pass', ray, visitor)
      : settle(matched, request, visitor, context, ray)
  }

  const decide: Edge['decide'] = (incoming, connection = NO_CONNECTION) => {
    stats.judged++
    const ray = rays.next()
    const request = readRequest(incoming, connection.encrypted === true, ray.timeMs)
    const visitor = visitors.identify((name) => request.joined(name), connection)
    request.forwardedBy(visitor)
    // Cloudflare keeps this path for itself, too: no rule sees it.
    if (request.url.includes(PREVIEW_PATH) && request.path.startsWith(PREVIEW_PATH)) {
      const facts = refusalFacts(0, request, visitor, ray, colo)
      return new Verdict(
        'preview',
        ray,
        visitor,
        preview(answers, facts, request.path, request.search)
      )
    }
    let fields: ReturnType<typeof readOverrides> | undefined
    if (overrides) {
      const settled = settleOverrides(visitor)
      if (settled.problems.length > 0) {
        return new Verdict(
          'reject',
          ray,
          visitor,
          badOverride(settled.problems, ray, request.method)
        )
      }
      fields = settled.fields
      if (visitor.persona !== undefined) request.pretend(visitor.persona.headers)
    }
    const context = new RequestContext(layout, request, visitor, connection, ray, fields)
    const body = readsBody ? peekBody(incoming, limits) : undefined
    if (body instanceof Promise) {
      return body.then((peeked) => {
        request.body = peeked
        return judged(request, visitor, context, ray)
      })
    }
    if (body !== undefined) request.body = body
    return judged(request, visitor, context, ray)
  }

  return {
    judge: async (request, connection) => decide(request, connection),
    decide,
    refuse: (code, verdict, request) =>
      answers.refuse(
        refusalFacts(
          code,
          readRequest(request, false, verdict.rayId.timeMs),
          verdict.visitor,
          verdict.rayId,
          colo
        )
      ),
    ruleset,
    store,
    stats,
    colo,
    warnings: warningsOf(ruleset, {
      geo: geo !== undefined,
      city: hasPlaces,
      // geoip-lite's places have none.
      postal: hasPlaces && geo.name !== 'geoip-lite',
      asn: asn !== undefined,
      reputation: reputation !== undefined,
      bots: bots !== undefined,
      tls: options.seesTls === true,
    }),
    nextRay: () => rays.next().header,
    close: async () => {
      await Promise.all(pending)
      await store.close()
    },
  }
}
