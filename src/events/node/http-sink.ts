import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { EdgeError, messageOf } from '../../error.ts'
import type { EventSink } from '../sink.ts'
import { type Batch, Lines, type SinkOptions } from './sinks/lines.ts'
import { Loop, type Next, within } from './sinks/loop.ts'

export interface HttpSinkOptions extends SinkOptions {
  /** Headers of each request, in addition to those in the URL. */
  headers?: Readonly<Record<string, string>>
  /** The maximum number of events in a request. Default 1,000. */
  maxBatchEvents?: number
  /** The time for which events wait for others. Default 5,000 ms. */
  gatherMs?: number
  /** A slower collector counts as failed. Default 10,000 ms. */
  timeoutMs?: number
  /** The wait after the first failure; it doubles up to a minute. Default 1,000 ms. */
  retryMs?: number
}

const DEFAULT_BATCH_EVENTS = 1_000
const DEFAULT_GATHER_MS = 5_000
const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_RETRY_MS = 1_000
const MAX_BATCH_CHARS = 1_048_576
const MAX_RETRY_MS = 60_000
const MAX_SHOWN_CHARS = 200
const PARTING_MS = 5_000
const MS_PER_SECOND = 1_000
/** Logpush's syntax for headers in the URL of a destination: `?header_Authorization=Basic%20…`. */
const HEADER_PARAMETER = /^header_(.+)$/
/** Statuses for which a repetition is useless. */
const UNACCEPTABLE = new Set([400, 413, 415, 422])

const compress = promisify(gzip)

interface Target {
  readonly url: string
  /** Without user, password and parameters, because each can be secret. */
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
}

const readTarget = (spec: string): Target => {
  const shown = spec.replace(/\/\/.*@/s, '//***@').replace(/\?.*$/s, '')
  const refused = (expected: string) =>
    new EdgeError('invalid_sink', `sink "${shown}": expected ${expected}`)
  if (!URL.canParse(spec)) throw refused('a URL such as https://collector.internal/logs')
  const url = new URL(spec)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('http:// or https://')
  const headers: Record<string, string> = {}
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`
    url.username = ''
    url.password = ''
  }
  for (const [parameter, value] of [...url.searchParams]) {
    const [, name] = HEADER_PARAMETER.exec(parameter) ?? []
    if (name === undefined) continue
    headers[name.toLowerCase()] = value
    url.searchParams.delete(parameter)
  }
  try {
    new Headers(headers)
  } catch {
    throw refused('header_NAME=VALUE with a valid name and value of a header')
  }
  return { url: url.href, name: `${url.origin}${url.pathname}`, headers }
}

const secondsOf = (response: Response): number => {
  const seconds = Number(response.headers.get('retry-after') ?? '')
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}

/** The beginning of a collector's answer; the rest is not read. */
const beginningOf = async ({ body }: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  // The DOM's types do not allow iterating a body; Node does.
  for await (const chunk of (body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length >= MAX_SHOWN_CHARS) break
  }
  return text.slice(0, MAX_SHOWN_CHARS).trim()
}

/** The problem, for people: `fetch` hides the reason in the cause. */
const reasonOf = (error: unknown): string => {
  const cause = (error as { cause?: unknown }).cause ?? error
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time'
  return cause instanceof AggregateError ? messageOf(cause.errors[0]) : messageOf(cause)
}

type Outcome =
  | { kind: 'delivered' }
  | { kind: 'refused'; reason: string }
  | { kind: 'failed'; reason: string; waitMs: number }

/**
 * Sends events to a collector like Logpush: batches of JSON lines, compressed with gzip, by POST. While the collector
 * fails, the sink retries with growing pauses.
 *
 * @param address `https://HOST/PATH?header_Authorization=…`: parameters `header_NAME` become headers
 * @throws EdgeError `invalid_sink`
 * @example const edge = createEdge({ rules: 'rules/', sinks: [httpSink('https://collector.internal/logs')] })
 */
export const httpSink = (
  address: string,
  {
    headers = {},
    maxBatchEvents = DEFAULT_BATCH_EVENTS,
    gatherMs = DEFAULT_GATHER_MS,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    retryMs = DEFAULT_RETRY_MS,
    ...options
  }: HttpSinkOptions = {}
): EventSink => {
  const target = readTarget(address)
  const lines = new Lines(target.name, options)
  let failures = 0
  let parting: AbortSignal | undefined

  const send = async ({ lines: text }: Batch): Promise<Outcome> => {
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-ndjson',
          'content-encoding': 'gzip',
          'user-agent': 'edge1020',
          ...target.headers,
          ...headers,
        },
        body: await compress(text.join('')),
        // Events identify visitors, and the owner named no other destination.
        redirect: 'manual',
        signal: AbortSignal.any([
          AbortSignal.timeout(timeoutMs),
          ...(parting === undefined ? [] : [parting]),
        ]),
      })
      const { status, ok } = response
      if (ok) {
        await response.body?.cancel()
        return { kind: 'delivered' }
      }
      const said = UNACCEPTABLE.has(status) ? await beginningOf(response) : ''
      if (said === '') await response.body?.cancel()
      const reason = `the collector answers ${status}${said === '' ? '' : `: ${said}`}`
      return UNACCEPTABLE.has(status)
        ? { kind: 'refused', reason }
        : { kind: 'failed', reason, waitMs: secondsOf(response) * MS_PER_SECOND }
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error), waitMs: 0 }
    }
  }

  /** @returns false if the collector failed */
  const deliver = async (): Promise<Outcome['kind']> => {
    const batch = lines.next(maxBatchEvents, MAX_BATCH_CHARS)
    if (batch.lines.length === 0) return 'delivered'
    const outcome = await send(batch)
    if (outcome.kind === 'failed') {
      waitMs = Math.max(outcome.waitMs, retryMs * 2 ** failures)
      failures++
      lines.tell(outcome.reason)
      return 'failed'
    }
    failures = 0
    lines.remove(batch, outcome.kind === 'delivered')
    lines.tell(
      outcome.kind === 'refused'
        ? `${batch.lines.length} events dropped: ${outcome.reason}`
        : undefined
    )
    return outcome.kind
  }
  let waitMs = 0

  const loop = new Loop(async (): Promise<Next> => {
    while (lines.waiting > 0 && !loop.isClosing) {
      if ((await deliver()) === 'failed') {
        return { inMs: Math.min(waitMs, MAX_RETRY_MS), isRetry: true }
      }
    }
    return { inMs: MAX_RETRY_MS }
  })

  return {
    name: lines.name,
    write: (events) => {
      lines.add(events)
      loop.start(lines.waiting >= maxBatchEvents ? 0 : gatherMs)
    },
    state: () => lines.state(),
    close: async () => {
      if (loop.isClosing) return
      parting = AbortSignal.timeout(PARTING_MS)
      const rest = async () => {
        await loop.stop()
        while (lines.waiting > 0 && (await deliver()) !== 'failed');
      }
      await within(PARTING_MS, rest())
      lines.dropAll()
    },
  }
}
