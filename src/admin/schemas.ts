import type { SchemaObject } from 'openapi3-ts/oas31'
import { integer, list, object, ref, text } from './schema.ts'

const RULE_COUNTS = object({ enabled: integer(), total: integer() })
const TIME: SchemaObject = { type: 'string', format: 'date-time' }

/** Further members are allowed, so that generated clients accept members of later versions. */
const EVENT: Readonly<Record<string, SchemaObject>> = {
  ray: text('Ray ID: 16 hex digits'),
  colo: text('data centre in `CF-RAY`'),
  time: TIME,
  kind: text('`firewall`, `challenge`, `origin_error` or `zone_error`'),
  action: text('action of the matched rule; for other kinds, what happened'),
  source: text('product that matched, in the spelling of Logpush'),
  rule: object(
    {
      id: text(),
      name: text(),
      'source?': text('file and line'),
      'hash?': text('changes with what the rule does'),
    },
    true
  ),
  expression: text(),
  'phasePath?': text('phases that the request went through: `ip-access > custom-rules`'),
  'zone?': text('zone of the host, if the rules declare zones'),
  matched: list(object({ field: text(), value: {}, expression: text() })),
  matchIndex: integer('0 for the deciding match'),
  ip: text(),
  country: text(),
  asn: integer(),
  'asnName?': text(),
  'reputation?': object({ score: integer(), lists: list(text()) }),
  'ja3?': text(),
  'ja4?': text(),
  'bot?': object({ score: integer(), verified: { type: 'boolean' }, 'category?': text() }, true),
  userAgent: text(),
  'referer?': object({ scheme: text(), host: text(), path: text(), query: text() }),
  method: text(),
  scheme: text(),
  host: text(),
  path: text(),
  query: text(),
  protocol: text(),
  status: integer('0 if the request went to the origin'),
  'answer?': object(
    { code: integer('error code; 0 for a challenge or an own response'), type: text() },
    true
  ),
  notes: list(text()),
}

const FLIPS = list(
  object(
    {
      changes: list(
        object({
          attribute: text('`country`, `asn`, `user_agent` …, or a field of the Rules language'),
          from: {},
          to: {},
          'values?': list({}),
          'except?': list({}),
        })
      ),
      action: text(),
      'rule?': text(),
    },
    true
  )
)
const SEEN = object(
  {
    name: text(),
    title: text(),
    kind: text(),
    country: text(),
    asn: integer(),
    action: text(),
    'status?': integer(),
    'code?': integer(),
    'rule?': text(),
  },
  true
)

const VALUE: SchemaObject = { type: ['string', 'integer'] }

/** Schemas of answers and bodies, by the names in the routes. */
export const schemas: Readonly<Record<string, SchemaObject>> = {
  Health: object(
    {
      ok: { type: 'boolean' },
      'authenticate?': text('the only other member if the token is missing'),
      'rules?': RULE_COUNTS,
      'store?': text(),
      'uptimeSeconds?': integer(),
      'judged?': integer(),
      'blocked?': integer(),
      'storeFailures?': integer(),
      'rateLimits?': object({
        keys: integer(),
        penalties: integer(),
        evicted: integer(),
        penaltiesEvicted: integer(),
        failedOpen: integer(),
      }),
      'trouble?': object({ message: text('the reason why the store does not work'), since: TIME }),
      'waiting?': integer(),
      'evicted?': integer(),
      'sinks?': list(
        object({
          name: text(),
          'trouble?': object({ message: text('what keeps the sink from its work'), since: TIME }),
          waiting: integer(),
          delivered: integer(),
          dropped: integer(),
        })
      ),
      'gaps?': list(
        object({
          firstRay: text(),
          lastRay: text(),
          from: TIME,
          to: TIME,
          count: integer(),
          reason: text(),
        })
      ),
    },
    true
  ),
  Event: object(EVENT, true),
  EventDocument: object({ ...EVENT, 'also?': list(ref('Event')) }, true),
  EventPage: object({
    events: list(ref('Event')),
    'next?': text('`cursor` of the next page; absent on the last'),
  }),
  Top: object({ by: list(text()), rows: list(object({ values: list(VALUE), count: integer() })) }),
  Series: object({
    bucketSeconds: integer(),
    'by?': text(),
    points: list(object({ time: TIME, 'value?': VALUE, count: integer() })),
  }),
  AuditLog: object({
    entries: list(
      object({
        time: TIME,
        what: text(),
        from: text(),
        by: { type: 'string', enum: ['none', 'bearer', 'session', 'token'] },
        'status?': integer(),
        'reason?': text(),
      })
    ),
  }),
  Reloaded: object({ rules: RULE_COUNTS, files: list(text()), warnings: list(text()) }),
  Login: object({ token: text() }),
  Done: object({ ok: { type: 'boolean' } }),
  OpenApi: { type: 'object' },
  TrialQuestion: object({
    request: {
      description:
        'a URL, a curl command line, an HTTP request or a HAR file as text; or method, url, headers, body and version',
      type: ['string', 'object'],
    },
    'from?': {
      description: 'a persona, `country=DE,asn=24940`, or an object of these; of check a list, too',
      type: ['string', 'object', 'array'],
    },
    'entry?': integer('of a HAR file, from 1'),
    'of_event?': {
      description: 'of explain: notes name the rules that read more than an event keeps',
      type: 'boolean',
    },
  }),
  Explanation: object(
    {
      'status_code?': integer('of the refusal'),
      trace: list(ref('TraceStep')),
      action: text(),
      'code?': integer(),
      'rule?': object({ id: text(), name: text(), source: text() }),
      'zone?': text(),
      request: object({ method: text(), url: text(), protocol: text() }),
      visitor: object(
        { ip: text(), country: text(), asn: integer(), 'persona?': text(), user_agent: text() },
        true
      ),
      'answer?': object({
        status: integer(),
        'code?': integer('error code; absent for a challenge or an own response'),
        headers: { type: 'object' },
        body: text(),
      }),
      notes: list(text()),
      flips: FLIPS,
    },
    true
  ),
  TraceStep: object(
    {
      step_name: text(),
      type: { type: 'string', enum: ['phase', 'product', 'rule'] },
      name: text(),
      matched: { type: 'boolean' },
      outcome: text(),
      'reason?': text(),
      'action?': text(),
      'expression?': text(),
      'left_out?': integer('rules that are not in the trace'),
      'trace?': list(ref('TraceStep')),
      'deciders?': list(object({ expression: text(), field: text(), value: {} })),
    },
    true
  ),
  CheckResult: object(
    {
      blocked: list(SEEN),
      passed: list(SEEN),
      'attribution?': object(
        {
          of: text('name of the vantage point'),
          rule: text(),
          source: text(),
          scope: list(text()),
          'together?': { type: 'boolean' },
          irrelevant: list(text()),
          flips: FLIPS,
        },
        true
      ),
      remedies: list(object({ what: text(), works: { type: 'boolean' }, 'tried?': text() })),
      notes: list(text()),
    },
    true
  ),
  GraphQlQuestion: object({
    query: text(),
    'variables?': { type: ['object', 'null'] },
    'operationName?': { type: ['string', 'null'] },
  }),
  GraphQlAnswer: object({ 'data?': {}, 'errors?': list({ type: 'object' }) }, true),
  Problem: object(
    {
      type: text(),
      title: text(),
      status: integer(),
      code: text('stable, for programs'),
      detail: text('for people'),
      'place?': object({
        'parameter?': text(),
        'header?': text(),
        'value?': text(),
        'expected?': text(),
      }),
      'diagnostics?': list({ type: 'object' }),
    },
    true
  ),
}
