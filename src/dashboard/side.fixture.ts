import { gunzipSync } from 'node:zlib'
import type { AdminOptions } from '../admin/admin.ts'
import { createAdmin } from '../admin/admin.ts'
import { BodyTooLarge } from '../admin/request.ts'
import type { AnswerOptions } from '../answers/answer.ts'
import { createEdge } from '../edge.ts'
import type { AnonymizeIp } from '../events/anonymize.ts'
import type { SecurityEvent } from '../events/event.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Ruleset } from '../rules/rule.ts'
import { dashboard } from './dashboard.ts'
import type { DashboardOptions } from './house.ts'

const RULES = [
  { name: 'no scripts', id: 'no-scripts', when: { user_agent: 'curl' }, action: 'block' },
  { name: 'log in', expression: 'http.request.uri.path eq "/login"', action: 'log' },
]

/** Starts the dashboard over a store with these events. `ask` returns pages as a browser gets them. */
export const sideWith = async (
  events: readonly SecurityEvent[] = [],
  {
    admin: adminOptions = {},
    rules = RULES,
    ruleset = rulesFromObjects([{ rules }]),
    answers = {},
    anonymizeIp,
    ...options
  }: Partial<DashboardOptions> & {
    admin?: Partial<AdminOptions>
    rules?: readonly unknown[]
    ruleset?: Ruleset
    answers?: AnswerOptions
    anonymizeIp?: AnonymizeIp
  } = {}
) => {
  const store = memoryStore()
  for (const event of events) await store.append([event])
  const edge = createEdge({ ruleset, store, answers, anonymizeIp })
  const admin = createAdmin({
    store,
    health: () => ({ rules: { enabled: 2, total: 2 } }),
    pages: dashboard({
      edge,
      facts: () => [],
      readOnly: false,
      reloadProblem: () => undefined,
      ...options,
    }),
    ...adminOptions,
  })
  const ask = async (
    target: string,
    {
      method = 'GET',
      headers = {},
      form,
    }: {
      method?: string
      headers?: Record<string, string>
      form?: Record<string, string>
    } = {}
  ) => {
    const answer = await admin({
      method,
      target,
      headers: {
        host: 'localhost:8021',
        accept: 'text/html',
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      peer: '127.0.0.1',
      body: async (maxBytes = 64 * 1024) => {
        const text = new URLSearchParams(form).toString()
        if (text.length > maxBytes) throw new BodyTooLarge(maxBytes)
        return text
      },
    })
    const packed = answer.headers['Content-Encoding'] === 'gzip'
    const bytes = Buffer.from(answer.body)
    return {
      status: answer.status,
      headers: new Headers(answer.headers),
      text: (packed ? gunzipSync(bytes) : bytes).toString(),
    }
  }
  return { ask, edge, store }
}
