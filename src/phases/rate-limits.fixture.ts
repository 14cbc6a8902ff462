import { requestWith } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import type { EdgeOptions } from '../edge-options.ts'
import { memoryStore } from '../events/memory.ts'
import { memoryCounters } from '../limits/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Verdict } from '../verdict.ts'

export const FORM = 'application/x-www-form-urlencoded'

/** An edge with rate limits on a clock that a test sets. */
export const limitedEdge = (document: object, options: Partial<EdgeOptions> = {}) => {
  const clock = { ms: 1_000_000 }
  const store = memoryStore()
  const edge = createEdge({
    ruleset: rulesFromObjects([document]),
    store,
    counters: memoryCounters({ now: () => clock.ms }),
    ...options,
  })
  const ask = async (
    path = '/form',
    headers: readonly string[] = [],
    { remoteAddress = '192.0.2.1', method = 'GET' } = {}
  ): Promise<Verdict> => edge.judge(requestWith(path, headers, { method }), { remoteAddress })
  /** One request and the response of the origin, where it gets that far: the status that the visitor sees. */
  const exchange = async (
    [path, headers]: readonly [path?: string, headers?: readonly string[]],
    status: number,
    responseHeaders: readonly string[] = []
  ): Promise<number> => {
    const { answer, responseWatch } = await ask(path, headers)
    if (answer !== undefined) return answer.status
    responseWatch?.tell({ status, headers: responseHeaders })
    return status
  }
  const pass = (seconds: number) => {
    clock.ms += seconds * 1_000
  }
  return { edge, store, ask, exchange, pass }
}

export const limit = (changes: object = {}) => ({
  name: 'form',
  expression: 'http.request.uri.path eq "/form"',
  action: 'block',
  requests_per_period: 1,
  period: 10,
  mitigation_timeout: 600,
  ...changes,
})

export const one = (changes: object = {}) => ({ rate_limits: [limit(changes)] })

export const KEY = 'http.request.headers["x-api-key"]'
export const BY_KEY = ['cf.colo.id', 'ip.src', KEY]
