import { paint } from '../paint.ts'
import { parseFeedSpec } from '../visitor/feeds/spec.ts'
import { updateAsn } from '../visitor/node/asn.ts'
import { updateFeeds } from '../visitor/node/feeds.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, unknownWord, usageError } from './command.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { printable } from './printable.ts'
import { SUMMARIES } from './summaries.ts'

const MB = 1024 * 1024

/** Returns a function that shows the progress on one line of a terminal; `undefined` if `io.color` is false. */
const progress = (io: Io, what: string) => {
  if (!io.color) return undefined
  return (bytes: number, total: number | undefined) => {
    const size = total === undefined ? '' : ` of ${(total / MB).toFixed(1)}`
    io.err(`\r${printable(what)}: ${(bytes / MB).toFixed(1)}${size} MB `)
  }
}

const asn = async (args: Arguments, io: Io): Promise<number> => {
  const result = await updateAsn({
    data: args.text('data') ?? DEFAULT_DATA,
    url: args.text('url'),
    onProgress: progress(io, 'asn'),
  })
  if (args.on('json')) io.out(`${JSON.stringify(result)}\n`)
  else {
    const { status, file, networks, date } = result
    const what = status === 'unchanged' ? 'is up to date' : 'written'
    io.out(`asn: ${printable(file)} ${what}, ${networks} networks, data of ${date}\n`)
  }
  return EXIT_OK
}

const feeds = async (args: Arguments, io: Io): Promise<number> => {
  const specs = args.texts('feed').map(parseFeedSpec)
  if (specs.length === 0) {
    throw usageError(
      'edge1020 update feeds: expected --feed NAME=URL, as for `edge1020 serve`; repeatable'
    )
  }
  const updates = await updateFeeds(specs, {
    data: args.text('data') ?? DEFAULT_DATA,
    ...(io.color ? { onProgress: (name, bytes, total) => progress(io, name)?.(bytes, total) } : {}),
  })
  if (args.on('json')) io.out(`${JSON.stringify({ feeds: updates })}\n`)
  else {
    for (const update of updates) {
      const { name } = update
      if (update.status === 'failed') {
        io.err(`${paint(io.color, 'red', 'error:')} ${printable(update.error.message)}\n`)
        continue
      }
      io.out(`${name}: ${update.status}, ${update.entries} entries\n`)
      for (const problem of update.problems) {
        io.err(`${paint(io.color, 'yellow', 'warning:')} ${printable(problem)}\n`)
      }
    }
  }
  return updates.some(({ status }) => status === 'failed') ? EXIT_FINDINGS : EXIT_OK
}

const ACTIONS: Record<string, (args: Arguments, io: Io) => Promise<number>> = { asn, feeds }

export const update: Command = {
  name: 'update',
  summary: SUMMARIES.update,
  usage: 'asn|feeds [options]',
  description:
    'asn     download the networks of all autonomous systems from iptoasn.com (public domain) to the data directory\n' +
    'feeds   download the feeds of --feed whose source is a URL\n' +
    'The next run resumes an interrupted download. A download with wrong content changes nothing. A running edge picks up\n' +
    'new data by itself. If a feed fails, the others are still updated.',
  flags: {
    data: { value: 'DIR', default: DEFAULT_DATA, help: 'data directory of the edge' },
    url: { value: 'URL', help: 'other URL for the data of `update asn`' },
    feed: {
      value: 'NAME=URL',
      multiple: true,
      help: 'feed, in the form of `edge1020 serve`',
    },
  },
  findings: 'a feed failed',
  examples: [
    'edge1020 update asn',
    'edge1020 update feeds --feed drop=https://www.spamhaus.org/drop/drop_v4.json',
  ],
  run: async (args, io) => {
    const [action = '', ...others] = args.positionals
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (action === '') throw usageError('edge1020 update: expected asn or feeds')
    if (act === undefined) {
      throw unknownWord('edge1020 update: unknown data', action, Object.keys(ACTIONS))
    }
    if (others.length > 0) {
      throw usageError(`edge1020 update: unexpected "${others[0]}": expected only asn or feeds`)
    }
    return act(args, io)
  },
}
