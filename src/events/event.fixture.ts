import { createRays, rayTime } from '../ray.ts'
import type { SecurityEvent } from './event.ts'

const TICK_MS = 10
let clockMs = Date.now()
const rays = createRays({
  colo: 'LHR',
  now: () => {
    clockMs += TICK_MS
    return clockMs
  },
})

/** One event for each tick: Ray IDs and times are in the order of creation. */
const nextRay = () => {
  const rayId = rays.next()
  const tickMs = rayTime(rayId.ray)
  if (tickMs <= rayId.timeMs) return rayId
  // Another test of this process created Ray IDs of a later time, and Ray IDs never go back.
  clockMs = tickMs
  return rays.next()
}

/** An event like the edge's, with its own Ray ID. */
export const eventWith = (changes: Partial<SecurityEvent> = {}): SecurityEvent => {
  const { ray, timeMs } = nextRay()
  return {
    ray,
    colo: 'LHR',
    time: new Date(timeMs).toISOString(),
    kind: 'firewall',
    action: 'block',
    source: 'firewallcustom',
    rule: { id: 'no-scripts', name: 'no scripts' },
    expression: 'http.user_agent contains "curl"',
    matched: [
      {
        field: 'http.user_agent',
        value: 'curl/8.5.0',
        expression: 'http.user_agent contains "curl"',
      },
    ],
    matchIndex: 0,
    ip: '198.51.100.23',
    country: 'DE',
    asn: 64_496,
    userAgent: 'curl/8.5.0',
    method: 'GET',
    scheme: 'https',
    host: 'shop.test',
    path: '/a',
    query: '?b=c',
    protocol: 'HTTP/1.1',
    status: 403,
    notes: [],
    ...changes,
  }
}
