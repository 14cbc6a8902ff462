import type { MatchedField, SecurityEvent } from './events/event.ts'
import { redactMatched, redactQuery } from './events/redact.ts'
import { toText } from './language/bytes.ts'
import { defaultScheme } from './language/defaults.ts'
import { valueToJson } from './language/json.ts'
import type { Context } from './language/types.ts'
import type { RayId } from './ray.ts'
import type { RequestReader } from './request/request.ts'
import type { Rule } from './rules/rule.ts'
import type { Visitor } from './visitor/visitor.ts'

/** What Logpush calls the source of a custom rule's events. */
const CUSTOM_RULES_SOURCE = 'firewallcustom'

/** One rule that matched a request, in the order of the rules. */
export interface Match {
  readonly rule: Rule
  /** 0 is the last match, which decided. */
  readonly matchIndex: number
}

export interface Judged {
  readonly request: RequestReader
  readonly visitor: Visitor
  readonly context: Context
  readonly ray: RayId
  /** What the edge answered with; 0 where the request went on. */
  readonly status: number
}

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

const JA3_SLOT = defaultScheme.slot('cf.bot_management.ja3_hash')
const VERSION_SLOT = defaultScheme.slot('http.request.version')
const JA4_SLOT = defaultScheme.slot('cf.bot_management.ja4')

const fingerprints = (context: Context) => {
  const [ja3, ja4] = [context.get(JA3_SLOT), context.get(JA4_SLOT)]
  return {
    ...(typeof ja3 === 'string' && ja3 !== '' ? { ja3 } : {}),
    ...(typeof ja4 === 'string' && ja4 !== '' ? { ja4 } : {}),
  }
}

/**
 * Turns a match into an event. Cookies and credentials are never kept; query values are replaced where asked.
 *
 * @param options.redactQuery `true` for all values, or the names of the parameters whose values are replaced
 */
export const createRecorder =
  ({ redactQuery: redact, colo }: { redactQuery: boolean | readonly string[]; colo: string }) =>
  (
    { rule, matchIndex }: Match,
    { request, visitor, context, ray, status }: Judged
  ): SecurityEvent => ({
    ray: ray.ray,
    colo,
    time: isoTime(ray.timeMs),
    action: rule.action,
    source: CUSTOM_RULES_SOURCE,
    rule: { id: rule.id, name: rule.name },
    expression: rule.expression.source,
    matched: redactMatched(
      rule.expression.explain(context).map(
        ({ field, value, expression }): MatchedField => ({
          field,
          value: valueToJson(value),
          expression,
        })
      ),
      { query: redact }
    ),
    matchIndex,
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
    protocol: toText(context.get(VERSION_SLOT) as string),
    status,
    notes: [...visitor.notes],
  })
