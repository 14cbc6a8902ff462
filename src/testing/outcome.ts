import { types } from 'node:util'
import { identify } from '../client/identify.ts'
import { see } from '../client/response.ts'
import type { SeenRequest } from '../control/requests.ts'
import type { SecurityEvent } from '../events/event.ts'
import { parseRay } from '../ray.ts'
import { findRay, toldOf } from './told.ts'

/** The known facts about the outcome of a request. */
export interface Outcome {
  readonly what: 'passed' | 'blocked' | 'challenged' | 'origin error' | 'cut' | 'other'
  readonly code?: number | undefined
  readonly status?: number | undefined
  readonly ray?: string | undefined
  /** `undefined` if only the owner of the edge knows the rule. */
  readonly rule?: { readonly name: string; readonly id?: string | undefined } | undefined
  /** Seconds. */
  readonly retryAfter?: number | undefined
  readonly isForced?: boolean
  /** For people: `GET http://shop.example/`. */
  readonly request?: string | undefined
  /** True if the facts come from the edge itself and not only from its answer. */
  readonly isKnown: boolean
}

const { isNativeError } = types

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null

const whatOf = ({
  action,
  code,
}: {
  readonly action: SeenRequest['action'] | SecurityEvent['action']
  readonly code: SeenRequest['code']
}): Outcome['what'] => {
  switch (action) {
    case 'pass':
    case 'log':
    case 'skip':
    case 'allow':
      return code === undefined ? 'passed' : 'origin error'
    case 'block':
    case 'no_zone':
      return 'blocked'
    case 'managed_challenge':
    case 'js_challenge':
    case 'challenge':
      return 'challenged'
    case 'origin_error':
      return 'origin error'
    case 'drop':
      return 'cut'
    default:
      return 'other'
  }
}

const ofRequest = (request: SeenRequest): Outcome => {
  const { code, status, ray, rule, ruleId, retryAfter, forced, method, url, persona } = request
  return {
    what: whatOf(request),
    code,
    status: status || undefined,
    ray,
    rule: rule === undefined ? undefined : { name: rule, id: ruleId },
    retryAfter,
    isForced: forced,
    request: `${method} ${url}${persona === undefined ? '' : ` as ${persona}`}`,
    isKnown: true,
  }
}

const ofEvent = (event: SecurityEvent): Outcome => {
  const { action, kind, status, ray, rule, rateLimit, answer, notes, method, scheme, host } = event
  return {
    what: whatOf({ action, code: undefined }),
    code: answer?.code || undefined,
    status: status || undefined,
    ray,
    rule: kind === 'firewall' ? rule : undefined,
    retryAfter: rateLimit?.retryAfter,
    isForced: notes.some((note) => note.startsWith('forced by a test')),
    request: `${method} ${scheme}://${host}${event.path}${event.query}`,
    isKnown: true,
  }
}

const isEvent = (value: Members): boolean => 'matchIndex' in value && 'matched' in value
const isSeen = (value: Members): boolean => 'forced' in value && 'action' in value

/** Returns the URL of a response, from the member where the client stores it; `undefined` if there is none. */
const urlOf = (response: Members): string | undefined => {
  const { url, config, request, requestUrl } = response as {
    url?: unknown
    config?: { url?: unknown; baseURL?: unknown }
    request?: { url?: unknown; res?: { responseUrl?: unknown } }
    requestUrl?: unknown
  }
  const found = [
    typeof url === 'function' ? url.call(response) : url,
    request?.res?.responseUrl,
    config?.url,
    config?.baseURL,
    requestUrl,
    request?.url,
  ]
  return found
    .map((one) => (one instanceof URL ? one.href : one))
    .find((one): one is string => typeof one === 'string' && URL.canParse(one))
}

type Block = Awaited<ReturnType<typeof identify>>

const ofBlock = (block: Block, status: number | undefined, ray: string | undefined): Outcome => {
  if (block === null)
    return { what: status === undefined ? 'other' : 'passed', status, ray, isKnown: false }
  const { kind, code, rayId, retryAfter } = block
  return {
    what: kind === 'challenge' ? 'challenged' : kind === 'origin' ? 'origin error' : 'blocked',
    code,
    status,
    ray: rayId ?? ray,
    retryAfter,
    isKnown: false,
  }
}

const rayOf = (header: ReturnType<typeof see>['header']): string | undefined =>
  parseRay(header('cf-ray') ?? '')?.ray

const isCut = (error: Error): boolean => {
  const { code, cause } = error as Error & { code?: unknown }
  return [code, (cause as { code?: unknown } | undefined)?.code].some((one) =>
    ['ECONNRESET', 'UND_ERR_SOCKET', 'ERR_NETWORK'].includes(String(one))
  )
}

/**
 * Returns the outcome of the request of a client's response, of the error that a client threw, of an event, or of an entry of
 * `requests()`. If a test edge of this process knows the request, the result is synchronous. Otherwise the body is read first.
 *
 * @throws TypeError for any other value
 */
export const outcomeOf = (received: unknown): Outcome | Promise<Outcome> => {
  if (!isObject(received)) throw new TypeError(`expected a response, got ${String(received)}`)
  if (isEvent(received)) {
    const event = received as unknown as SecurityEvent
    const request = findRay(event.ray, undefined)?.request
    // Events have no error code.
    return request?.action === event.action ? ofRequest(request) : ofEvent(event)
  }
  if (isSeen(received)) return ofRequest(received as unknown as SeenRequest)
  const told = toldOf(received)
  if (told !== undefined) return ofRequest(told.request)
  // jest's errors belong to another realm, so `instanceof Error` fails.
  if (isNativeError(received)) {
    const { response } = received as Error & { response?: unknown }
    if (isObject(response)) return outcomeOf(response)
    if (isCut(received)) return { what: 'cut', isKnown: false }
    throw new TypeError(`expected a response, got the error "${received.message}"`)
  }
  const { status, header, text } = see(received)
  // This body is a copy. `identify` reads another copy and reports its errors.
  if (text instanceof Promise) text.catch(() => {})
  const ray = rayOf(header)
  const found = ray === undefined ? undefined : findRay(ray, urlOf(received))
  if (found !== undefined) return ofRequest(found.request)
  const block = identify(received)
  return block instanceof Promise
    ? block.then((one) => ofBlock(one, status, ray))
    : ofBlock(block, status, ray)
}
