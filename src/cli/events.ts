import { actionNames } from '../actions.ts'
import type { Question, Questions } from '../admin/event-query.ts'
import { readEventQuery } from '../admin/event-query.ts'
import { BadParameter } from '../admin/parameter.ts'
import { eventDocument } from '../events/document.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, oneOf, usageError, wholeNumber } from './command.ts'
import { DEFAULT_ADMIN } from './defaults.ts'
import type { Format } from './event-formats.ts'
import { eventWriter, FORMATS, printPage, printSeries, printTop } from './event-formats.ts'
import { describeEvent } from './event-one.ts'
import { openReader, READER_FLAGS } from './event-reader.ts'
import { follow } from './follow.ts'
import { printable } from './printable.ts'
import type { EventReader } from './running-edge.ts'
import { SUMMARIES } from './summaries.ts'

const MAX_LIMIT = 1_000
const DEFAULT_BUCKET = '5m'

/** Flags with the same name as their query parameter. */
const PARAMETERS = ['action', 'rule', 'ip', 'country', 'since', 'from', 'to', 'text', 'cursor']

const showOne = async (
  store: EventReader,
  ray: string,
  format: Format,
  io: Io
): Promise<number> => {
  const result = await store.find(ray)
  const isText = format === 'table'
  if (!result.found) {
    if (isText) io.err(`edge1020 events: ${printable(result.message)}\n`)
    else {
      io.out(`${JSON.stringify({ error: { code: result.reason, message: result.message } })}\n`)
    }
    return EXIT_FINDINGS
  }
  io.out(
    isText
      ? result.events
          .map((event) => describeEvent(event, io))
          .join('\nThe same request also matched:\n\n')
      : `${JSON.stringify(eventDocument(result.events))}\n`
  )
  return EXIT_OK
}

const whereOf = (args: Arguments): [string, string][] =>
  args.texts('where').map((text) => {
    const [, name, value] = /^([\w.]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined) {
      const expected = 'expected FIELD=VALUE or FIELD.OPERATOR=VALUE, such as path.contains=wp-'
      throw usageError(`--where "${text}": ${expected}`)
    }
    return [name, value!]
  })

/** Validates the flags like the parameters of the admin API: a typo is an error, never an empty result. */
const queryOf = <Kind extends Question>(
  kind: Kind,
  args: Arguments,
  more: readonly [string, string][]
): Questions[Kind] => {
  oneOf(args, 'action', actionNames)
  const limit = String(wholeNumber(args, 'limit', { min: 1, max: MAX_LIMIT }))
  const pairs: [string, string][] = [['limit', limit], ...more]
  for (const name of PARAMETERS) {
    const value = args.text(name)
    if (value === '') throw usageError(`--${name} "": expected a value`)
    if (value !== undefined) pairs.push([name, value])
  }
  const where = whereOf(args)
  try {
    return readEventQuery(kind, [...pairs, ...where])
  } catch (error) {
    if (!(error instanceof BadParameter)) throw error
    const { parameter } = error.place
    const isWhere = where.some(([name]) => name === parameter)
    throw usageError(`--${isWhere ? 'where ' : ''}${error.message}`)
  }
}

/** Returns the kind of question. Throws EdgeError `wrong_usage` for a combination of kinds. */
const questionOf = (args: Arguments): Question => {
  const asked = ['top', 'series', 'follow'].filter((flag) => args.given(flag))
  const [first, second] = asked
  if (second !== undefined)
    throw usageError(`--${first} and --${second}: expected only one of them`)
  if (args.positionals.length > 0 && first !== undefined) {
    throw usageError(`--${first} cannot be combined with a Ray ID`)
  }
  return first === 'top' || first === 'series' ? first : 'page'
}

const formatOf = (args: Arguments): Format => {
  const format = oneOf(args, 'format', FORMATS)
  if (args.on('json') && format !== undefined && format !== 'json') {
    throw usageError(`--json and --format ${format}: expected only one of them`)
  }
  return args.on('json') ? 'json' : (format ?? 'table')
}

type Ask = (store: EventReader) => Promise<number>

/** Reads and checks the whole command line, before a store is opened. */
const readQuestion = (args: Arguments, format: Format, io: Io): Ask => {
  const kind = questionOf(args)
  const ray = args.positionals[0]
  const sayIfNone = (store: EventReader, count: number) => {
    if (format === 'table' && count === 0) io.err(`no events in ${store.name}\n`)
    return EXIT_OK
  }
  if (kind === 'top') {
    const query = queryOf('top', args, [['by', args.text('top') ?? '']])
    return async (store) => {
      const rows = await store.top(query)
      printTop(format, { by: query.by, rows }, io)
      return sayIfNone(store, rows.length)
    }
  }
  if (kind === 'series') {
    const by = args.text('series') ?? ''
    const bucket = args.text('bucket') ?? DEFAULT_BUCKET
    // `limit` does not apply to the points of a series.
    const query = queryOf('series', args, [
      ['bucket', bucket],
      ['by', by === 'all' ? '' : by],
    ])
    return async (store) => {
      const points = await store.series(query)
      printSeries(format, { ...named(query), points }, io)
      return sayIfNone(store, points.length)
    }
  }
  const query = queryOf('page', args, [])
  if (args.on('follow')) {
    const write = eventWriter(format, io)
    return async (store) => {
      for await (const events of follow(store, query)) write(events)
      return EXIT_OK
    }
  }
  return async (store) => {
    if (ray !== undefined) return showOne(store, ray, format, io)
    const page = await store.page(query)
    printPage(format, page, io)
    return sayIfNone(store, page.events.length)
  }
}

const named = ({ bucketSeconds, by }: Questions['series']) =>
  by === undefined ? { bucketSeconds } : { bucketSeconds, by }

export const events: Command = {
  name: 'events',
  summary: SUMMARIES.events,
  usage: '[RAY_ID] [options]',
  description:
    'Without a Ray ID, lists events, newest first. With a Ray ID (16 digits, with or without the -COLO suffix), shows the event,\n' +
    'the rule and the matched values. For an unknown Ray ID it prints the reason.\n' +
    `Asks the edge at ${DEFAULT_ADMIN}; if no edge runs there, reads the store in --data.`,
  flags: {
    action: { value: 'ACTION', help: `only this action: one of ${actionNames.join(', ')}` },
    rule: { value: 'RULE', help: 'only this rule, by id or name' },
    ip: { value: 'IP', help: 'only this client address, or this network' },
    country: { value: 'CC', help: 'only this country' },
    where: {
      value: 'CONDITION',
      multiple: true,
      help: 'FIELD=VALUE or FIELD.OPERATOR=VALUE for any field of an event: path.contains=wp-',
    },
    text: { value: 'TEXT', help: 'only events that contain this text' },
    since: { value: 'SPAN', help: 'only events of the last 90s, 15m, 2h, 7d or 4w' },
    from: { value: 'TIME', help: 'only events from this time on, ISO 8601' },
    to: { value: 'TIME', help: 'only events before this time, ISO 8601' },
    limit: { value: 'N', default: '20', help: `number of events, at most ${MAX_LIMIT}` },
    cursor: { value: 'CURSOR', help: 'the next page: the `next` value of the previous one' },
    top: { value: 'FIELDS', help: 'the most frequent values of these fields: rule,asn' },
    series: {
      value: 'FIELD',
      help: 'counts over time by the values of this field; `all` for one count',
    },
    bucket: {
      value: 'SPAN',
      help: `length of each interval of --series (default ${DEFAULT_BUCKET})`,
    },
    follow: { help: 'keep printing new events until Ctrl-C' },
    format: { value: 'FORMAT', help: `one of ${FORMATS.join(', ')} (default table)` },
    ...READER_FLAGS,
  },
  findings: 'an unknown Ray ID',
  examples: [
    'edge1020 events --action block --limit 5',
    'edge1020 events --action block --country RU --since 2h --top rule,asn',
    'edge1020 events --where path.contains=wp- --since 7d --format csv',
    'edge1020 events --series action --bucket 1h --since 1d',
    'edge1020 events 8f3c2d1e0a9b7c65-LHR --json',
  ],
  run: async (args, io) => {
    if (args.positionals.length > 1) {
      throw usageError(
        `edge1020 events: unexpected "${args.positionals[1]}": expected at most one Ray ID`
      )
    }
    const format = formatOf(args)
    const ask = readQuestion(args, format, io)
    const store = await openReader(args, io, format === 'table')
    try {
      return await ask(store)
    } finally {
      await store.close()
    }
  },
}
