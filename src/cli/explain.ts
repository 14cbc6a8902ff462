import type { SecurityEvent } from '../events/event.ts'
import { paint } from '../paint.ts'
import type { ExplainedRequest } from '../toolkit/explain.ts'
import { explainRequest } from '../toolkit/explain.ts'
import type { Decider, Explanation, TraceStep } from '../toolkit/explanation.ts'
import { joinFrom } from '../toolkit/from.ts'
import { asBrowser } from '../toolkit/requests/as-browser.ts'
import { readEvent, unjudged } from '../toolkit/requests/event.ts'
import type { ReadRequest } from '../toolkit/requests/read.ts'
import type { Trials } from '../toolkit/trial.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, usageError } from './command.ts'
import { openReader, READER_FLAGS } from './event-reader.ts'
import { flipText } from './flip-text.ts'
import type { LiveEdge } from './live-edge.ts'
import { askLiveEdge, liveEdge } from './live-edge.ts'
import { printable } from './printable.ts'
import { requestOf } from './request-argument.ts'
import { SUMMARIES } from './summaries.ts'
import { FROM_FLAGS, fromOf, TRIAL_FLAGS, withTrials } from './trials.ts'

const MAX_VALUE_CHARS = 160

const shownValue = (value: unknown): string =>
  value === undefined || value === null ? '(missing)' : JSON.stringify(value)

const shown = (text: string): string => printable(text, MAX_VALUE_CHARS)

/** Lists all parts that made a rule true. For a false rule, lists only the first, because most rules are false for many reasons. */
const deciderLines = (deciders: readonly Decider[], isMatched: boolean): string[] => {
  if (isMatched) {
    return deciders.flatMap(({ expression, field, value }) => [
      shown(expression),
      shown(`  ${field} = ${shownValue(value)}`),
    ])
  }
  const [first, ...others] = deciders
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return [
    `${shown(first.expression)}${more}`,
    shown(`  ${first.field} = ${shownValue(first.value)}`),
  ]
}

const OUTCOMES: Readonly<Record<string, string>> = {
  matched: 'matched',
  'not-matched': 'no',
  counts: 'counts',
  skipped: 'skipped',
  'not-reached': 'not reached',
  disabled: 'disabled',
}
const LABEL_WIDTH = Math.max(...Object.values(OUTCOMES).map((text) => text.length)) + 2

const ruleText = (step: TraceStep, io: Io): string => {
  const { outcome, name, action = '', source = '', reason, deciders = [] } = step
  const isMatched = outcome === 'matched'
  const style = isMatched ? 'red' : outcome === 'counts' ? 'yellow' : 'dim'
  const label = paint(io.color, style, (OUTCOMES[outcome] ?? outcome).padEnd(LABEL_WIDTH))
  const title = isMatched ? paint(io.color, 'bold', printable(name)) : printable(name)
  const head = `    ${label}${title} (${action}, ${printable(source)})${reason === undefined ? '' : `: ${printable(reason)}`}\n`
  const lines = deciderLines(deciders, isMatched).map(
    (line) => `${' '.repeat(4 + LABEL_WIDTH)}${line}\n`
  )
  return head + paint(io.color, 'dim', lines.join(''))
}

const phaseText = (step: TraceStep, io: Io): string => {
  const { name, outcome, reason, trace = [], left_out } = step
  const state =
    outcome === 'ran' ? '' : ` (${outcome.replace('-', ' ')}: ${printable(reason ?? '')})`
  // A phase that did not run prints this once, without its rules.
  const rules = outcome === 'ran' ? trace.map((rule) => ruleText(rule, io)).join('') : ''
  const more = left_out === undefined ? '' : `    … and ${left_out} more rules\n`
  return `  ${paint(io.color, 'bold', name)}${state}\n${rules}${outcome === 'ran' ? more : ''}`
}

const whoText = ({ visitor }: Explanation): string => {
  const { ip, country, asn, persona, user_agent: agent } = visitor
  const parts = [
    ...(persona === undefined ? [] : [persona]),
    ip === '' ? 'no address' : ip,
    country,
    ...(asn === 0 ? [] : [`AS${asn}`]),
    agent === '' ? 'no User-Agent' : `"${agent}"`,
  ]
  return printable(parts.join(', '), MAX_VALUE_CHARS)
}

const verdictText = ({ action, code, answer, rule }: Explanation, io: Io): string => {
  if (answer === undefined) {
    const by =
      rule === undefined
        ? 'no rule stops it'
        : `last match: ${printable(rule.name)}, which lets it on`
    return `${paint(io.color, 'green', 'passes')} (${by})`
  }
  const type = answer.headers['Content-Type'] ?? ''
  const what = `${action}${code === undefined ? '' : `, error ${code}`}`
  return `${paint(io.color, 'red', what)}, status ${answer.status}, ${type}, ${answer.body.length} characters`
}

/** A running edge searches for fewer flips, because visitors wait during the search. */
type Explained = Omit<ExplainedRequest, 'flips_complete'> &
  Partial<Pick<ExplainedRequest, 'flips_complete'>>

/** Lists the changes that would let the request pass. Used only for refused requests. */
const flipsText = ({ flips, flips_complete }: Explained, io: Io): string => {
  if (flips.length === 0) {
    const all = flips_complete
      ? 'no attribute alone, no pair and no three'
      : 'nothing that was tried'
    return `\nWhat would let it pass: ${all}\n`
  }
  const lines = flips.map((flip) => `  ${printable(flipText(flip))}\n`)
  return `\n${paint(io.color, 'bold', 'What would let it pass')}\n${lines.join('')}`
}

const printExplanation = (explanation: Explained, args: Arguments, io: Io) => {
  const { request, trace, notes, answer, zone } = explanation
  const text = [
    `${paint(io.color, 'bold', printable(`${request.method} ${request.url}`, MAX_VALUE_CHARS))}\n`,
    `  from ${whoText(explanation)}\n`,
    ...(zone === undefined ? [] : [`  zone ${printable(zone)}\n`]),
    ...notes.map((note) => `  note: ${printable(note)}\n`),
    '\n',
    ...trace.map((step) => phaseText(step, io)),
    ...(trace.length === 0 ? ['  no rules\n'] : []),
    `\nAnswer: ${verdictText(explanation, io)}\n`,
    ...(answer === undefined ? [] : [flipsText(explanation, io)]),
  ]
  io.out(text.join(''))
  if (args.on('answer') && answer !== undefined) {
    const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\n`)
    io.out(`\n${headers.join('')}\n${answer.body}\n`)
  }
}

const ofRay = async (ray: string, args: Arguments, io: Io): Promise<ReadRequest | string> => {
  const reader = await openReader(args, io, !args.on('json'))
  try {
    const found = await reader.find(ray)
    return found.found ? readEvent(found.events[0] as SecurityEvent) : found.message
  } finally {
    await reader.close()
  }
}

const explain = (explanation: Explained, args: Arguments, io: Io): number => {
  if (args.on('json')) io.out(`${JSON.stringify(explanation)}\n`)
  else printExplanation(explanation, args, io)
  return explanation.answer === undefined ? EXIT_OK : EXIT_FINDINGS
}

/** Explains a request by the rules in local files. */
const explainHere = (
  read: ReadRequest,
  args: Arguments,
  io: Io,
  more: (trials: Trials) => readonly string[] = () => []
): Promise<number> =>
  withTrials(args, io, (trials) =>
    explain(explainRequest(trials, read, fromOf(args), more(trials)), args, io)
  )

/** Explains a request by the active rules of a running edge. */
const explainThere = async (
  edge: LiveEdge,
  read: ReadRequest,
  args: Arguments,
  io: Io,
  isEvent = false
): Promise<number> => {
  const { request } = read
  const { from: own = {} } = request
  const from = joinFrom(own, fromOf(args))
  const question = { request: { ...request, from: undefined }, from, of_event: isEvent }
  const answer = (await askLiveEdge(edge, 'api/explain', question, args, io)) as Explained
  return explain({ ...answer, notes: [...read.notes, ...answer.notes] }, args, io)
}

export const explainCommand: Command = {
  name: 'explain',
  summary: SUMMARIES.explain,
  usage: "URL|'curl …'|FILE|- [options] | --ray RAY_ID [options]",
  description:
    'Judges a request by the rules without sending it. The request is a URL, a command line of curl (in quotes, or word for word\n' +
    'behind --), or a file with one: a HAR file, a raw HTTP request, a curl command line. Rate limits do not count it. The rules are\n' +
    'those of --rules, or those in force at the running edge that --admin names. Without both, a URL on this machine is asked of the\n' +
    'edge that runs here, and any other is judged by the starter pack. With --ray the event comes from there too,\n' +
    'and --rules may name other rules.',
  flags: {
    ...FROM_FLAGS,
    entry: { value: 'N', help: 'the request of a HAR file, from 1 (default 1)' },
    ray: { value: 'RAY_ID', help: 'the request of an event, as far as the event keeps it' },
    answer: { help: 'print the headers and the body of the answer too' },
    ...TRIAL_FLAGS,
    ...READER_FLAGS,
  },
  findings: 'the request is refused, or its Ray ID is unknown',
  examples: [
    'edge1020 explain https://shop.test/.env',
    'edge1020 explain "curl https://shop.test/ -A \'Mozilla/5.0\'" --from country=DE,asn=24940',
    'edge1020 explain https://shop.test/ --as curl-hetzner --json',
    'edge1020 explain https://shop.test/admin --admin http://127.0.0.1:8021',
  ],
  run: async (args, io) => {
    const ray = args.text('ray')
    const namesRules = args.texts('rules').length > 0 && !args.given('admin')
    if (ray === undefined) {
      if (args.given('rules') && args.given('admin')) {
        throw usageError('--rules and --admin: expected one of them, or --ray with both')
      }
      const read = asBrowser(await requestOf(args, io, 'explain'), fromOf(args))
      const edge = namesRules ? undefined : await liveEdge(read.request.url ?? '', args)
      return edge === undefined ? explainHere(read, args, io) : explainThere(edge, read, args, io)
    }
    if (args.positionals.length > 0) throw usageError('--ray: expected without a request')
    const read = await ofRay(ray, args, io)
    if (typeof read === 'string') {
      io.err(`edge1020 explain: ${printable(read)}\n`)
      return EXIT_FINDINGS
    }
    const edge = args.given('rules') ? undefined : await liveEdge('', args)
    return edge === undefined
      ? explainHere(read, args, io, unjudged)
      : explainThere(edge, read, args, io, true)
  },
}
