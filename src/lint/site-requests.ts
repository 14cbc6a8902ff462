import type { Value } from '../language/types.ts'
import { sampleRequest } from './sample.ts'
import type { Written } from './subject.ts'
import { testsOf } from './written-tests.ts'

/** Actions that block visitors or challenge them. */
export const STOPS: ReadonlySet<string> = new Set([
  'block',
  'managed_challenge',
  'js_challenge',
  'challenge',
])

/** Returns the hosts that the expression names, and one that it does not. */
const hostsOf = (written: Written): string[] => [
  'host.test',
  ...testsOf(written).flatMap(({ field, kind, text }) =>
    field === 'http.host' && (kind === 'eq' || kind === 'in') ? [text] : []
  ),
]

/**
 * Returns the hosts on which the expression matches a request for the home page with these values.
 */
export const hostsTaken = (
  written: Written,
  values: Readonly<Record<string, Value>>
): readonly string[] =>
  hostsOf(written).filter((host) =>
    written.expression.matches(
      sampleRequest({
        'http.host': host,
        'http.request.method': 'GET',
        'http.request.version': 'HTTP/1.1',
        'http.request.uri': '/',
        'http.request.uri.path': '/',
        'http.user_agent': 'Mozilla/5.0',
        ssl: true,
        ...values,
      })
    )
  )
