import { stringify } from 'yaml'
import { EdgeError } from '../error.ts'
import type { SecurityEvent } from '../events/event.ts'
import type { RateLimit } from '../rules/products/rate-limits.ts'
import type { Rule } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import { readEvent } from '../toolkit/requests/event.ts'
import type { Trial } from '../toolkit/trial.ts'
import { createTrials } from '../toolkit/trial.ts'
import { placeOf } from '../toolkit/trial-phases.ts'
import type { RunOptions } from './run.ts'
import type { RuleTest } from './test.ts'
import { witness } from './witness.ts'

type Request = RuleTest['request']

const BROWSER = 'chrome-berlin'
/** The User-Agent of a browser, for test files without personas. */
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36'
const LINE_WIDTH = 0
/** The most requests of a test. A higher rate limit would take seconds to reach. */
const MAX_TIMES = 10_000

interface Written {
  readonly name: string
  readonly request: Request
  readonly times?: number
  readonly trial: Trial
}

const expectOf = ({ action, code, rule, isRefused }: Trial) => {
  if (!isRefused && rule === undefined) return 'pass'
  return {
    ...(code === 0 ? { action: isRefused ? action : 'pass' } : { code }),
    ...(rule === undefined ? {} : { rule: rule.name }),
  }
}

const requestLine = ({ method, url = '/' }: Pick<Request, 'method' | 'url'>) =>
  `${method ?? 'GET'} ${url}`

/** @param all the persona of all tests of the file */
const documentOf = ({ name, request, times, trial }: Written, all: string | undefined) => {
  const { as, ...from } = request.from
  const { headers } = request
  return {
    name,
    request: requestLine(request),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(as === all ? {} : { as: as ?? 'none' }),
    ...(Object.keys(from).length === 0 ? {} : { from }),
    ...(times === undefined ? {} : { times }),
    expect: expectOf(trial),
  }
}

const fileText = (
  rules: readonly string[],
  written: readonly Written[],
  remarks: readonly string[],
  head: string,
  as?: string
): string => {
  const document = {
    ...(rules.length === 0 ? {} : { rules }),
    ...(as === undefined ? {} : { as }),
    tests: written.map((one) => documentOf(one, as)),
  }
  const comments = [head, ...remarks].map((line) => `# ${line.replace(/\s+/g, ' ')}`.trimEnd())
  return `${comments.join('\n')}\n${stringify(document, { lineWidth: LINE_WIDTH })}`
}

const isLimit = (rule: Rule): rule is RateLimit => 'requestsPerPeriod' in rule

/** Returns the number of requests that reaches a rate limit, and 1 for other rules. */
const timesFor = (rule: Rule): number => (isLimit(rule) ? (rule.requestsPerPeriod ?? 0) + 1 : 1)

export interface WrittenTests {
  readonly text: string
  readonly tests: number
  /** Enabled rules for which no request was found. */
  readonly missing: readonly Rule[]
}

/**
 * Writes a first test for each enabled rule: a request that the rule matches, built from the values in its expression, and the
 * current verdict. A comment names the rules without such a request.
 *
 * @param rules the rule paths to write into the file
 */
export const initialTests = (rules: readonly string[], options: RunOptions): WrittenTests => {
  const as = options.personas?.get(BROWSER) === undefined ? undefined : BROWSER
  const base: Request = {
    method: 'GET',
    url: 'https://shop.test/',
    headers: as === undefined ? [['User-Agent', USER_AGENT]] : [],
    from: as === undefined ? {} : { as },
  }
  const judge = (request: Request, times: number): Trial | undefined => {
    const trials = createTrials({ ...options, counts: times > 1 })
    try {
      for (let i = 1; i < times; i++) trials.run(request)
      return trials.run(request)
    } catch (error) {
      if (error instanceof EdgeError) return undefined
      throw error
    }
  }
  const written: Written[] = []
  const missing: Rule[] = []
  const first = judge(base, 1)
  if (first !== undefined)
    written.push({ name: 'an ordinary browser', request: base, trial: first })
  for (const rule of allRules(options.ruleset)) {
    if (!rule.enabled) continue
    const request = witness(rule.expression, base)
    const times = timesFor(rule)
    const trial = request && times <= MAX_TIMES ? judge(request, times) : undefined
    if (trial?.matches.some((match) => match.rule === rule) === true) {
      written.push({ name: rule.name, request: request!, trial, ...(times === 1 ? {} : { times }) })
    } else missing.push(rule)
  }
  const remarks = missing.map(
    (rule) => `No request was found for "${rule.name}" (${placeOf(rule)}).`
  )
  const head =
    'First tests, one for each rule, with the verdicts of today: read them before you rely on them.'
  return {
    text: fileText(rules, written, remarks, head, as),
    tests: written.length,
    missing,
  }
}

/** The text members of an event, as `events --format ndjson` prints it, that a test uses. */
const TEXTS = [
  'ray',
  'method',
  'scheme',
  'host',
  'path',
  'query',
  'userAgent',
  'protocol',
  'ip',
  'country',
] as const

/** Reads one event from JSON. Returns `undefined` if the text is not an event. */
export const recordedEvent = (text: string): SecurityEvent | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const event = value as Partial<SecurityEvent>
  const isEvent = TEXTS.every((name) => typeof event[name] === 'string')
  return isEvent && typeof event.asn === 'number' ? (event as SecurityEvent) : undefined
}

/** Returns the request of an event, with the parts that the event contains. */
const requestOfEvent = (event: SecurityEvent): Request => {
  const { from = {}, ...request } = readEvent(event).request
  const { headers = [] } = request as Pick<Request, 'headers'>
  return { ...request, headers, from }
}

/**
 * Writes tests from the requests of events, with the verdicts of the current rules. Several events of one request become one test,
 * and so do requests that differ only in their address.
 */
export const recordedTests = (
  rules: readonly string[],
  events: readonly SecurityEvent[],
  options: RunOptions
): WrittenTests => {
  const trials = createTrials(options)
  const known = new Set<string>()
  const written: Written[] = []
  for (const event of events) {
    const request = requestOfEvent(event)
    const trial = trials.run(request)
    const key = [requestLine(request), event.userAgent, trial.rule?.name].join(' ')
    if (known.has(key)) continue
    known.add(key)
    const name = `${event.method} ${event.path} from ${event.country || 'somewhere'} (${event.ray})`
    written.push({ name, request, trial })
  }
  const head = 'Recorded from events, with the verdicts of today.'
  const text = fileText(rules, written, [], head)
  return { text, tests: written.length, missing: [] }
}

/** Returns one test in YAML for the request of an event. It expects the verdict in the event. */
export const testOfEvent = (event: SecurityEvent): string => {
  const { headers, from, ...request } = requestOfEvent(event)
  const { action, rule } = event
  const test = {
    name: `${event.method} ${event.path} (${event.ray})`,
    request: requestLine(request),
    headers: Object.fromEntries(headers),
    from,
    expect: { action, rule: rule.name },
  }
  return stringify({ tests: [test] }, { lineWidth: LINE_WIDTH })
}
