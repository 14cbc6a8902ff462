import type { RequestContext } from './context.ts'
import type { AnonymizeIp } from './events/anonymize.ts'
import { anonymizer } from './events/anonymize.ts'
import type { MatchedField, SecurityEvent } from './events/event.ts'
import type { Redaction } from './events/redact.ts'
import { redactMatched, redactQuery } from './events/redact.ts'
import { toText } from './language/bytes.ts'
import { valueToJson } from './language/to-json.ts'
import type { CountedMatch, Match } from './phases/phase.ts'
import type { Visitor } from './visitor/visitor.ts'

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

/** Turns the matches of one request into its events, in the same order. */
export type Recorder = (
  matches: readonly Match[],
  context: RequestContext,
  /** Status of the edge's answer; 0 if the request passes. */
  status: number
) => SecurityEvent[]

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

  return (all, context, status) => {
    const matches = all.some(({ isSilent }) => isSilent) ? all.filter((one) => !one.isSilent) : all
    const { request, visitor, rayId } = context
    // The explanation runs first, because it can add notes about the visitor.
    const explained = matches.map((match) => matchedFields(match, context))
    const events = matches.map(({ phase, rule, action, rateLimit, retryAfter, note }, i) => ({
      ray: rayId.ray,
      colo,
      time: isoTime(rayId.timeMs),
      action,
      source: phase.source,
      rule: { id: rule.id, name: rule.name, source: sourceOf(rule) },
      expression: rule.expression.source,
      matched: explained[i]!,
      ...(rateLimit === undefined ? {} : { rateLimit: limitOf(rateLimit, retryAfter, redact) }),
      matchIndex: matches.length - 1 - i,
      ip: visitor.ipText,
      country: visitor.country,
      asn: visitor.asn,
      ...whereFrom(visitor),
      ...fingerprints(context),
      userAgent: toText(request.userAgent),
      method: request.method,
      scheme: request.scheme,
      host: toText(request.host),
      path: toText(request.path),
      query: redactQuery(toText(request.search), redact),
      protocol: toText(context.field('http.request.version') as string),
      status,
      notes: note === undefined ? [...visitor.notes] : [...visitor.notes, note],
    }))
    return anonymize === undefined ? events : events.map(anonymize)
  }
}
