import type { Answer } from './answers/answer.ts'
import type { RequestContext } from './context.ts'
import { messageOf } from './error.ts'
import type { AnonymizeIp } from './events/anonymize.ts'
import { anonymizer } from './events/anonymize.ts'
import type {
  ChallengeOutcome,
  EventAction,
  EventKind,
  MatchedField,
  SecurityEvent,
} from './events/event.ts'
import type { Redaction } from './events/redact.ts'
import { redactMatched, redactQuery } from './events/redact.ts'
import { refererOf } from './events/referer.ts'
import { toText } from './language/bytes.ts'
import { valueToJson } from './language/to-json.ts'
import { PHASE_NAMES } from './phases/names.ts'
import type { CountedMatch, Match } from './phases/phase.ts'
import { ruleHash } from './rules/hash.ts'
import type { Visitor } from './visitor/visitor.ts'

const PATH_SEPARATOR = ' > '
const LAST_PHASE = PHASE_NAMES.at(-1)!

const lastTime = { ms: Number.NaN, text: '' }

/** Many requests start in one millisecond. */
const isoTime = (ms: number): string => {
  if (ms !== lastTime.ms) {
    lastTime.ms = ms
    lastTime.text = new Date(ms).toISOString()
  }
  return lastTime.text
}

const whereFrom = ({ asnName, reputation }: Visitor) => ({
  ...(asnName === '' ? {} : { asnName }),
  ...(reputation.lists.length === 0
    ? {}
    : { reputation: { score: reputation.score, lists: [...reputation.lists] } }),
})

/** The note about the bot has the reason. */
const botOf = ({ judgedBot }: Visitor): Pick<SecurityEvent, 'bot'> => {
  if (judgedBot === undefined) return {}
  const { score, verified, category } = judgedBot
  return { bot: { score, verified, ...(category === '' ? {} : { category }) } }
}

const JA3_FIELD = 'cf.bot_management.ja3_hash'
const JA4_FIELD = 'cf.bot_management.ja4'

const fingerprints = (context: RequestContext) => {
  const [ja3, ja4] = [context.field(JA3_FIELD), context.field(JA4_FIELD)]
  return {
    ...(typeof ja3 === 'string' && ja3 !== '' ? { ja3 } : {}),
    ...(typeof ja4 === 'string' && ja4 !== '' ? { ja4 } : {}),
  }
}

const limitOf = (
  { count, limit, period, mitigationTimeout, key }: CountedMatch,
  retryAfter: number | undefined,
  query: Redaction
): SecurityEvent['rateLimit'] => {
  const parts = key()
  const values = redactMatched(
    parts.map(({ characteristic, value }) => ({ field: characteristic, value, expression: '' })),
    { query }
  )
  return {
    count,
    limit,
    period,
    mitigationTimeout,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    // An absent value is not a secret.
    key: parts.map((part, i) => ('value' in part ? { ...part, value: values[i]!.value } : part)),
  }
}

/** The file and line of a rule. */
const sourceOf = ({ file, line }: Match['rule']): string => (line > 0 ? `${file}:${line}` : file)

/** The answer's data in an event. */
const answerOf = ({ code = 0, headers }: Answer): NonNullable<SecurityEvent['answer']> => {
  const type = headers['Content-Type'] ?? ''
  const end = type.indexOf(';')
  return { code, type: end < 0 ? type : type.slice(0, end) }
}

const paths = new Map<string, string>()

/** Phases run in their order, and a rule can only skip later ones. */
const phasePath = (name: string, skipped: number): string => {
  const key = `${name} ${skipped}`
  let path = paths.get(key)
  if (path === undefined) {
    const names: readonly string[] = PHASE_NAMES
    const last = names.indexOf(name)
    const ran = names.filter((_, i) => i < last && (skipped & (1 << i)) === 0)
    path = [...ran, name].join(PATH_SEPARATOR)
    paths.set(key, path)
  }
  return path
}

/** An event that no rule causes. */
interface Incident {
  readonly kind: Exclude<EventKind, 'firewall'>
  readonly action: EventAction
  readonly source: string
  readonly phasePath?: string
  readonly note?: string
}

/** Creates the events of one edge. */
export interface Recorder {
  /**
   * The events of the matches of one request, in the same order.
   *
   * @param answer the edge's answer; `undefined` if the request passes
   */
  matches(
    matches: readonly Match[],
    context: RequestContext,
    answer: Answer | undefined
  ): SecurityEvent[]
  /** The event of a visitor's answer to a challenge. */
  challenge(outcome: ChallengeOutcome, context: RequestContext, answer: Answer): SecurityEvent
  /**
   * The event of an origin that failed.
   *
   * @param cause the client's error; `undefined` if there is none
   */
  originError(context: RequestContext, answer: Answer, cause: unknown): SecurityEvent
  /** The event of a request for a host that no zone has. */
  noZone(context: RequestContext, answer: Answer): SecurityEvent
}

/**
 * Creates the recorder. Events never contain cookies and credentials. Query values are redacted on request.
 *
 * @param options.anonymizeIp how addresses of visitors are kept; as they are without it
 * @param options.redactQuery `true` for all values, or the names of the parameters whose values are replaced
 */
export const createRecorder = ({
  redactQuery: redact,
  anonymizeIp,
  colo,
}: {
  redactQuery: boolean | readonly string[]
  anonymizeIp?: AnonymizeIp | undefined
  colo: string
}): Recorder => {
  const anonymize = anonymizeIp === undefined ? undefined : anonymizer(anonymizeIp)
  const kept = (event: SecurityEvent): SecurityEvent =>
    anonymize === undefined ? event : anonymize(event)

  const matchedFields = ({ rule }: Match, context: RequestContext): MatchedField[] =>
    redactMatched(
      rule.expression.explain(context).map(
        ({ field, value, expression }): MatchedField => ({
          field,
          value: valueToJson(value),
          expression,
        })
      ),
      { query: redact }
    )

  const refererFrom = (header: string | undefined) => {
    if (header === undefined || header === '') return {}
    const referer = refererOf(toText(header))
    return { referer: { ...referer, query: redactQuery(referer.query, redact) } }
  }

  /** The place of `zone` in an event is behind the phases. */
  const zoneOf = ({ zone }: RequestContext): Pick<SecurityEvent, 'zone'> =>
    zone === undefined ? {} : { zone: zone.name }

  /** What all events of a request have. */
  const factsOf = (context: RequestContext) => {
    const { request, visitor } = context
    return {
      ip: visitor.ipText,
      country: visitor.country,
      asn: visitor.asn,
      ...whereFrom(visitor),
      ...fingerprints(context),
      ...botOf(visitor),
      userAgent: toText(request.userAgent),
      ...refererFrom(request.joined('referer')),
      method: request.method,
      scheme: request.scheme,
      host: toText(request.host),
      path: toText(request.path),
      query: redactQuery(toText(request.search), redact),
      protocol: toText(context.field('http.request.version') as string),
    }
  }

  const notesOf = ({ visitor }: RequestContext, note: string | undefined): string[] =>
    note === undefined ? [...visitor.notes] : [...visitor.notes, note]

  const incident = (
    { kind, action, source, phasePath, note }: Incident,
    context: RequestContext,
    answer: Answer
  ): SecurityEvent =>
    kept({
      ray: context.rayId.ray,
      colo,
      time: isoTime(context.rayId.timeMs),
      kind,
      action,
      source,
      rule: { id: '', name: '' },
      expression: '',
      ...(phasePath === undefined ? {} : { phasePath }),
      ...zoneOf(context),
      matched: [],
      matchIndex: 0,
      ...factsOf(context),
      notes: notesOf(context, note),
      status: answer.status,
      answer: answerOf(answer),
    })

  return {
    matches: (all, context, answer) => {
      const matches = all.some(({ isSilent }) => isSilent)
        ? all.filter((one) => !one.isSilent)
        : all
      if (matches.length === 0) return []
      const { rayId, skippedPhases } = context
      // The explanation runs first, because it can add notes about the visitor.
      const explained = matches.map((match) => matchedFields(match, context))
      const facts = factsOf(context)
      const zone = zoneOf(context)
      const answered = answer === undefined ? {} : { answer: answerOf(answer) }
      return matches.map((match, i) => {
        const { phase, rule, action, rateLimit, retryAfter, note } = match
        return kept({
          ray: rayId.ray,
          colo,
          time: isoTime(rayId.timeMs),
          kind: 'firewall',
          action,
          source: phase.source,
          rule: { id: rule.id, name: rule.name, source: sourceOf(rule), hash: ruleHash(rule) },
          expression: rule.expression.source,
          phasePath: phasePath(phase.name, skippedPhases),
          ...zone,
          matched: explained[i]!,
          ...(rateLimit === undefined ? {} : { rateLimit: limitOf(rateLimit, retryAfter, redact) }),
          matchIndex: matches.length - 1 - i,
          ...facts,
          notes: notesOf(context, note),
          status: answer?.status ?? 0,
          ...answered,
        })
      })
    },

    challenge: (action, context, answer) =>
      incident({ kind: 'challenge', action, source: 'challenge' }, context, answer),
    originError: (context, answer, cause) =>
      incident(
        {
          kind: 'origin_error',
          action: 'origin_error',
          source: 'origin',
          phasePath: phasePath(LAST_PHASE, context.skippedPhases),
          ...(cause === undefined ? {} : { note: `the origin failed: ${messageOf(cause)}` }),
        },
        context,
        answer
      ),
    noZone: (context, answer) =>
      incident({ kind: 'zone_error', action: 'no_zone', source: 'zone' }, context, answer),
  }
}
