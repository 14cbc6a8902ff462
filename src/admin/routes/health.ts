import { json } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

const MS_PER_SECOND = 1_000

/** Probes carry no token: without one it says no more than they need. */
export const health = ({ health: read, store, startMs }: Side): Route => ({
  method: 'GET',
  path: '/healthz',
  summary: 'state and counts',
  result: {
    description:
      'what is running; without the token, where there is one, `ok` and `authenticate` alone',
    schema: 'Health',
  },
  open: true,
  answer: (_, { isKnown }) => {
    if (!isKnown) return json({ ok: true, authenticate: 'Bearer' })
    const { rules, problem, judged, blocked, storeFailures = 0 } = read()
    const uptimeSeconds = Math.floor((Date.now() - startMs) / MS_PER_SECOND)
    return json({
      ok: true,
      ...(problem === undefined ? {} : { degraded: problem }),
      rules,
      store: store.name,
      uptimeSeconds,
      judged,
      blocked,
      storeFailures,
    })
  },
})
