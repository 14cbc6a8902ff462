import { actionNames, isAction } from '../actions.ts'
import type { EventFilter } from '../events/event.ts'
import { canonicalIp, parseIp } from '../lists/ip.ts'

const MAX_LIMIT = 1_000
const RAY = /^[0-9a-f]{16}(?:-[a-z]{3})?$/i
const COUNTRY = /^(?:[a-z]{2}|t1)$/i
const WHOLE_NUMBER = /^[1-9]\d{0,3}$/

export interface BadParameter {
  /** Names the parameter, its value and what was expected. */
  problem: string
}

/** What each parameter becomes in a filter; `undefined` where the value is not what `expected` says. */
const PARAMETERS: Record<
  string,
  { expected: string; read: (value: string) => EventFilter | undefined }
> = {
  ray: {
    expected: 'a Ray ID: 16 hex digits, with or without its data centre',
    read: (ray) => (RAY.test(ray) ? { ray: ray.toLowerCase().slice(0, 16) } : undefined),
  },
  action: {
    expected: `one of ${actionNames.join(', ')}`,
    read: (action) => (isAction(action) ? { action } : undefined),
  },
  rule: { expected: 'the id or name of a rule', read: (rule) => ({ rule }) },
  ip: {
    expected: 'an IP address',
    read: (text) => {
      const ip = parseIp(text)
      return ip === undefined ? undefined : { ip: canonicalIp(ip).toString() }
    },
  },
  country: {
    expected: 'two letters, such as NL',
    read: (country) => (COUNTRY.test(country) ? { country: country.toUpperCase() } : undefined),
  },
  limit: {
    expected: `a whole number from 1 to ${MAX_LIMIT}`,
    read: (text) =>
      WHOLE_NUMBER.test(text) && Number(text) <= MAX_LIMIT ? { limit: Number(text) } : undefined,
  },
}

const quoted = (text: string) => JSON.stringify(text.length > 64 ? `${text.slice(0, 63)}…` : text)

/**
 * Reads the query of `GET /api/events`. A parameter without a value is as good as absent, one that nobody knows is a
 * mistake: a typo must not show all events as if they were the ones asked for.
 *
 * @example readEventFilter(new URLSearchParams('action=block&limit=5')) // { action: 'block', limit: 5 }
 */
export const readEventFilter = (query: URLSearchParams): EventFilter | BadParameter => {
  const filter: EventFilter = {}
  const seen = new Set<string>()
  for (const [name, value] of query) {
    const parameter = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined
    if (parameter === undefined) {
      const known = Object.keys(PARAMETERS).join(', ')
      return { problem: `unknown parameter ${quoted(name)}: expected one of ${known}` }
    }
    if (seen.has(name)) return { problem: `${name}: expected once` }
    seen.add(name)
    if (value === '') continue
    const read = parameter.read(value)
    if (read === undefined) {
      return { problem: `${name} ${quoted(value)}: expected ${parameter.expected}` }
    }
    Object.assign(filter, read)
  }
  return filter
}
