import { json } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

const MS_PER_SECOND = 1_000
const HTTP_OK = 200
const HTTP_UNAVAILABLE = 503

/** The route for probes. Without a token, the answer contains only the fields that probes need. */
export const health = ({ health: read, store, startMs }: Side): Route => ({
  method: 'GET',
  path: '/healthz',
  summary: 'state and counts',
  result: {
    description:
      'the state of the edge; `ok` is false while the store has trouble; without a required token, only `ok` and `authenticate`',
    schema: 'Health',
  },
  parameters: [
    {
      name: 'strict',
      in: 'query',
      description: '1: the status is 503 while `ok` is false',
      example: '1',
    },
  ],
  open: true,
  answer: ({ query }, { isKnown }) => {
    const kept = store.state?.()
    const ok = kept?.trouble === undefined
    const status = !ok && query.get('strict') === '1' ? HTTP_UNAVAILABLE : HTTP_OK
    if (!isKnown) return json({ ok, authenticate: 'Bearer' }, status)
    const { rules, problem, judged, blocked, storeFailures = 0 } = read()
    const uptimeSeconds = Math.floor((Date.now() - startMs) / MS_PER_SECOND)
    const value = {
      ok,
      ...(problem === undefined ? {} : { degraded: problem }),
      ...(kept?.trouble === undefined ? {} : { trouble: kept.trouble }),
      rules,
      store: store.name,
      uptimeSeconds,
      judged,
      blocked,
      storeFailures: storeFailures + (kept?.lost ?? 0),
      ...(kept === undefined
        ? {}
        : { waiting: kept.waiting, gaps: kept.gaps, evicted: kept.evicted ?? 0 }),
      ...(kept?.sinks === undefined ? {} : { sinks: kept.sinks }),
    }
    return json(value, status)
  },
})
