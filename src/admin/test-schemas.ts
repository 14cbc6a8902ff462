import type { SchemaObject } from 'openapi3-ts/oas31'
import { CHALLENGES } from '../challenges/level.ts'
import { ANSWERS } from '../control/steps.ts'
import { integer, list, object, ref, text } from './schema.ts'

const TIMES: SchemaObject = {
  oneOf: [integer(), { const: 'always' }],
  description: 'how many requests get it; default 1',
}
const NEXT: Readonly<Record<string, SchemaObject>> = {
  'times?': TIMES,
  'when?': { type: 'object', description: 'only requests that fulfil this condition of a rule' },
  'expression?': text('the same in the Rules language'),
  'rule?': text('name of the rule in the event'),
}
const CODE = { 'code?': integer('default 1020; of an origin 521') }
const RETRY_AFTER = { 'retryAfter?': integer('seconds; default 10') }
const ACTION: Readonly<Record<string, SchemaObject>> = {
  'action?': { type: 'string', enum: [...CHALLENGES], description: 'default managed_challenge' },
}

const WANTED: Readonly<Record<string, SchemaObject>> = {
  'rule?': text('id or name'),
  'ray?': text(),
  'action?': text(),
  'source?': text(),
  'ip?': text(),
  'country?': text(),
  'asn?': integer(),
  'method?': text(),
  'host?': text(),
  'path?': text(),
  'userAgent?': text(),
  'status?': integer(),
}

/** Schemas of bodies and answers of the routes for tests. */
export const testSchemas: Readonly<Record<string, SchemaObject>> = {
  Nothing: object({}),
  Next: object(NEXT),
  BlockNext: object({ ...CODE, ...NEXT }),
  LimitNext: object({ ...RETRY_AFTER, ...NEXT }),
  ChallengeNext: object({ ...ACTION, ...NEXT }),
  OriginDown: object({ ...CODE, ...NEXT }),
  Script: object({
    steps: list({
      oneOf: [
        integer('a code'),
        { type: 'string', enum: [...new Set([...ANSWERS, ...CHALLENGES])] },
        object({
          'answer?': { type: 'string', enum: [...ANSWERS] },
          ...CODE,
          ...RETRY_AFTER,
          ...ACTION,
          ...NEXT,
        }),
      ],
    }),
  }),
  UseRules: object({ rules: { type: ['array', 'object'], description: 'rules, or documents' } }),
  AdvanceClock: object({ seconds: integer() }),
  WaitForEvent: object({ 'timeoutMs?': integer('default 2,000; up to 60,000'), ...WANTED }),
  SeenRequest: object(
    {
      ray: text(),
      time: { type: 'string', format: 'date-time' },
      method: text(),
      url: text(),
      host: text(),
      path: text(),
      query: text(),
      headers: { type: 'object', additionalProperties: { type: 'string' } },
      ip: text(),
      'persona?': text(),
      action: text('`pass`, `block`, `managed_challenge`, `drop` …'),
      'code?': integer('Cloudflare’s code of the answer'),
      'rule?': text('name of the rule that decided'),
      'ruleId?': text(),
      'retryAfter?': integer('seconds'),
      status: integer('0 where the client got none'),
      forced: { type: 'boolean', description: 'true where a test has forced the answer' },
    },
    true
  ),
  SeenRequests: object({ requests: list(ref('SeenRequest')) }),
  TestEvents: object({ events: list(ref('Event')) }),
}
