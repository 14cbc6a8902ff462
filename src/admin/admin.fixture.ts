// The admin port with a store whose answers the test sets.
import { vi } from 'vitest'
import type { EventStore, FindResult, SecurityEvent } from '../events/event.ts'
import { noStore } from '../events/none.ts'
import type { EventQuery, SeriesQuery, TopQuery } from '../events/query.ts'
import type { AdminOptions } from './admin.ts'
import { createAdmin } from './admin.ts'

export const RAY = '8f3c2d1e0a9b7c65'

export const event = (rule: string, matchIndex: number): SecurityEvent => ({
  ray: RAY,
  colo: 'AMS',
  time: '2026-11-23T06:00:00.000Z',
  kind: 'firewall',
  action: matchIndex === 0 ? 'block' : 'log',
  source: 'firewallcustom',
  rule: { id: rule, name: rule },
  expression: 'true',
  matched: [],
  matchIndex,
  ip: '203.0.113.7',
  country: 'NL',
  asn: 0,
  userAgent: '',
  method: 'GET',
  scheme: 'http',
  host: 'shop.test',
  path: '/',
  query: '',
  protocol: 'HTTP/1.1',
  status: 403,
  notes: [],
})

export const FOUND: FindResult = { found: true, events: [event('a', 0)] }

export const start = (found: FindResult = FOUND, options: Partial<AdminOptions> = {}) => {
  const query = vi.fn(async (_?: EventQuery) => ({ events: [event('a', 0)], next: 'n' }))
  const top = vi.fn(async (_: TopQuery) => [{ values: ['a', 1], count: 2 }])
  const series = vi.fn(async (_: SeriesQuery) => [{ time: '2026-11-23T06:00:00.000Z', count: 2 }])
  const find = vi.fn(async (_: string) => found)
  const onError = vi.fn()
  const store: EventStore = {
    ...noStore(),
    name: 'memory',
    find,
    page: query,
    top,
    series,
  }
  const admin = createAdmin({
    store,
    hosts: ['Admin.Test'],
    onError,
    health: () => ({ rules: { enabled: 3, total: 4 }, judged: 7, blocked: 2, storeFailures: 1 }),
    ...options,
  })
  const send = async (
    method: string,
    target: string,
    given: Readonly<Record<string, string>> = {},
    { body = '', peer = '192.0.2.1' } = {}
  ) => {
    const headers = { host: 'localhost:1021', ...given }
    const answer = await admin({ method, target, headers, peer, body: async () => body })
    return {
      status: answer.status,
      headers: new Headers(answer.headers),
      text: String(answer.body),
      json: () => JSON.parse(String(answer.body)),
    }
  }
  const ask = async (path: string, host = 'localhost:1021', method = 'GET') => {
    const { status, headers, body } = await admin({ method, target: path, headers: { host } })
    const text = String(body)
    return {
      status,
      headers: new Headers(headers),
      text,
      json: () => JSON.parse(text),
    }
  }
  return { ask, send, query, top, series, find, onError }
}
