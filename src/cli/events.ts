import { actionNames } from '../actions.ts'
import { readEventFilter } from '../admin/event-filter.ts'
import { eventDocument } from '../events/document.ts'
import type { EventFilter, SecurityEvent } from '../events/event.ts'
import { openStore } from '../events/node/open.ts'
import { TOKEN_VARIABLE } from './admin-flags.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, oneOf, usageError, wholeNumber } from './command.ts'
import { DEFAULT_ADMIN, DEFAULT_DATA } from './defaults.ts'
import { paint, printable, table } from './printable.ts'
import type { EventReader } from './running-edge.ts'
import { findRunningEdge, runningEdge } from './running-edge.ts'

const MAX_LIMIT = 1_000
const MAX_CELL_CHARS = 60
const MAX_VALUE_CHARS = 400

const shownTime = (event: SecurityEvent) => event.time.replace('T', ' ').replace('Z', ' UTC')

const shownValue = (value: unknown) =>
  value === undefined || value === null ? '(missing)' : JSON.stringify(value)

const actionPaint = (action: SecurityEvent['action']) =>
  action === 'block' ? 'red' : action === 'log' ? 'yellow' : 'green'

const list = (events: readonly SecurityEvent[], { color }: Io): string =>
  table([
    ['TIME', 'ACTION', 'RAY ID', 'IP', 'COUNTRY', 'REQUEST', 'RULE'],
    ...events.map((event) => [
      shownTime(event).slice(0, 19),
      event.action,
      event.ray,
      event.ip,
      event.country,
      printable(`${event.method} ${event.host}${event.path}`, MAX_CELL_CHARS),
      printable(event.rule.name, MAX_CELL_CHARS),
    ]),
  ]).replace(/^TIME.*$/m, (head) => paint(color, 'bold', head))

const networkOf = ({ asn, asnName }: SecurityEvent) => {
  if (asn === 0) return 'unknown'
  return asnName === undefined ? `AS${asn}` : `AS${asn} ${printable(asnName)}`
}

const rowOf = (label: string, text: string): [string, string][] => [
  [label, printable(text, MAX_VALUE_CHARS)],
]

const describe = (event: SecurityEvent, { color }: Io): string => {
  const rows: [string, string][] = [
    ['Ray ID', `${event.ray}-${event.colo}`],
    ['Time', shownTime(event)],
    [
      'Action',
      `${paint(color, actionPaint(event.action), event.action)}${event.status === 0 ? '' : ` (answered ${event.status})`}`,
    ],
    ['Source', event.source],
    ['Rule', `${printable(event.rule.name)} [${event.rule.id}]`],
    ...(event.rule.source === undefined ? [] : rowOf('Written in', event.rule.source)),
    ['Expression', printable(event.expression)],
    ...event.matched.map((part, i): [string, string] => [
      i === 0 ? 'Matched' : '',
      `${part.field} = ${printable(shownValue(part.value), MAX_VALUE_CHARS)}\n  because ${printable(part.expression)}`,
    ]),
    ['IP', event.ip === '' ? '(none)' : event.ip],
    ['Country', event.country],
    ['ASN', networkOf(event)],
    ...(event.reputation === undefined
      ? []
      : rowOf('Reputation', `${event.reputation.score}: on ${event.reputation.lists.join(', ')}`)),
    ['User agent', event.userAgent === '' ? '(none)' : printable(event.userAgent, MAX_VALUE_CHARS)],
    ['Method', printable(event.method)],
    ['Host', printable(event.host)],
    ['Path', printable(event.path, MAX_VALUE_CHARS)],
    ...(event.query === '' ? [] : rowOf('Query', event.query)),
    ['Protocol', `${event.scheme} ${event.protocol}`],
    ...(event.ja3 === undefined ? [] : rowOf('JA3', event.ja3)),
    ...(event.ja4 === undefined ? [] : rowOf('JA4', event.ja4)),
    ...event.notes.map((note, i): [string, string] => [i === 0 ? 'Notes' : '', printable(note)]),
  ]
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  return rows
    .map(([label, text]) => {
      const lines = text.split('\n').map((line) => line.trimEnd())
      return lines
        .map(
          (line, i) =>
            `${i === 0 ? paint(color, 'bold', label.padEnd(width)) : ' '.repeat(width)}${line}\n`
        )
        .join('')
    })
    .join('')
}

const showOne = async (
  store: EventReader,
  ray: string,
  args: Arguments,
  io: Io
): Promise<number> => {
  const result = await store.find(ray)
  if (!result.found) {
    if (args.on('json')) {
      io.out(`${JSON.stringify({ error: { code: result.reason, message: result.message } })}\n`)
    } else {
      io.err(`edge1020 events: ${printable(result.message)}\n`)
    }
    return EXIT_FINDINGS
  }
  io.out(
    args.on('json')
      ? `${JSON.stringify(eventDocument(result.events))}\n`
      : result.events
          .map((event) => describe(event, io))
          .join('\nThe same request also matched:\n\n')
  )
  return EXIT_OK
}

/** What the flags ask for, checked as the admin API checks its parameters: a typo must not read as "no events". */
const filterOf = (args: Arguments): EventFilter => {
  oneOf(args, 'action', actionNames)
  const limit = String(wholeNumber(args, 'limit', { min: 1, max: MAX_LIMIT }))
  const query = new URLSearchParams({ limit })
  for (const flag of ['action', 'rule', 'ip', 'country']) {
    const text = args.text(flag)
    if (text === '') throw usageError(`--${flag} "": expected a value`)
    if (text !== undefined) query.set(flag, text)
  }
  const filter = readEventFilter(query)
  if ('problem' in filter) throw usageError(`--${filter.problem}`)
  return filter
}

/**
 * The running edge that `--admin` names, or the store that `--data` or `--store` names. Where none of them is given: the edge
 * that answers at the default address, else the store in the default directory.
 */
const openReader = async (args: Arguments, io: Io): Promise<EventReader> => {
  const admin = args.text('admin')
  const token = args.text('admin-token') ?? (process.env[TOKEN_VARIABLE] || undefined)
  const namesStore = args.given('data') || args.given('store')
  if (admin !== undefined) {
    if (namesStore) throw usageError('--admin: expected without --data and --store')
    return runningEdge(admin, token)
  }
  const running = namesStore ? undefined : await findRunningEdge(DEFAULT_ADMIN, token)
  if (running !== undefined) {
    if (!args.on('json')) io.err(`asked the running edge at ${DEFAULT_ADMIN}\n`)
    return running
  }
  const store = openStore(args.text('store'), { dataDir: args.text('data') ?? '', readOnly: true })
  if (!args.on('json')) {
    const why = namesStore ? '' : ` (no edge answers at ${DEFAULT_ADMIN}; --admin names another)`
    io.err(`read ${store.name}${why}\n`)
  }
  return store
}

export const events: Command = {
  name: 'events',
  summary: 'list blocked, logged and skipped requests, or look up a Ray ID',
  usage: '[RAY_ID] [options]',
  description:
    'Without a Ray ID, lists events, newest first. With a Ray ID (16 digits, with or without the -COLO suffix), shows the event,\n' +
    'the rule and the matched values. For an unknown Ray ID it prints the reason; the exit code is 1.\n' +
    `Asks the edge at ${DEFAULT_ADMIN}; if no edge runs there, reads the store in --data.`,
  flags: {
    admin: {
      value: 'URL',
      help: 'ask the running edge at this admin address: a URL, HOST:PORT or a port',
    },
    'admin-token': {
      value: 'TOKEN',
      help: `token of the admin port, if it requires one; better in ${TOKEN_VARIABLE}`,
    },
    data: {
      value: 'DIR',
      default: DEFAULT_DATA,
      help: 'read the event store in this directory instead of asking a running edge',
    },
    store: { value: 'SPEC', help: 'read another event store: sqlite:FILE' },
    action: { value: 'ACTION', help: `only this action: ${actionNames.join(', ')}` },
    rule: { value: 'RULE', help: 'only this rule, by id or name' },
    ip: { value: 'IP', help: 'only this client address' },
    country: { value: 'CC', help: 'only this country' },
    limit: { value: 'N', default: '20', help: `maximum number of events, up to ${MAX_LIMIT}` },
  },
  examples: [
    'edge1020 events --action block --limit 5',
    'edge1020 events 8f3c2d1e0a9b7c65-LHR --json',
  ],
  run: async (args, io) => {
    if (args.positionals.length > 1) {
      throw usageError(
        `edge1020 events: unexpected "${args.positionals[1]}": expected at most one Ray ID`
      )
    }
    const filter = filterOf(args)
    const store = await openReader(args, io)
    try {
      const ray = args.positionals[0]
      if (ray !== undefined) return await showOne(store, ray, args, io)
      const found = await store.query(filter)
      if (args.on('json')) io.out(`${JSON.stringify({ events: found })}\n`)
      else if (found.length === 0) io.err(`no events in ${store.name}\n`)
      else io.out(list(found, io))
      return EXIT_OK
    } finally {
      await store.close()
    }
  },
}
