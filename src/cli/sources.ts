import type { EdgeError } from '../error.ts'
import { paint } from '../paint.ts'
import { parseFeedSpec } from '../visitor/feeds/spec.ts'
import type {
  BotsMode,
  OpenedSources,
  SourceFact,
  SourcesOptions,
} from '../visitor/node/sources.ts'
import { openSources } from '../visitor/node/sources.ts'
import type { Arguments, Flag, Io } from './command.ts'
import { oneOf } from './command.ts'
import { printable } from './printable.ts'

const BOTS_MODES: readonly BotsMode[] = ['on', 'off', 'dns']

/** The flags for visitor data. All commands that judge requests share them. */
export const SOURCE_FLAGS: Record<string, Flag> = {
  geo: {
    value: 'FILE',
    multiple: true,
    help: 'MaxMind-format database (.mmdb): country or city, ASN, anonymous IP; or the word geoip-lite',
  },
  'asn-data': {
    value: 'FILE',
    help: 'table of autonomous systems, a TSV of iptoasn.com (default: the newer of `update asn` and the npm package)',
  },
  feed: {
    value: 'NAME=SOURCE',
    multiple: true,
    help: 'reputation feed, a file or URL[,weight=N][,tor][,list=NAME]; fills $NAME and the score',
  },
  bots: {
    value: 'MODE',
    default: 'on',
    help: 'bot detection: on, off, or dns (confirms bots by reverse DNS)',
  },
}

/** One data source with its flag. */
export interface NamedSource {
  readonly flag: string
  readonly value: string
}

/** Returns every source on the command line, in the order --geo, --asn-data, --feed. */
export const namedSources = (args: Arguments): NamedSource[] => [
  ...args.texts('geo').map((value) => ({ flag: 'geo', value })),
  ...[args.text('asn-data') ?? []].flat().map((value) => ({ flag: 'asn-data', value })),
  ...args.texts('feed').map((value) => ({ flag: 'feed', value })),
]

/** Opens only the named sources. @throws EdgeError `wrong_usage`, `invalid_feed`, and the errors of `openSources` */
export const openNamed = (
  args: Arguments,
  named: readonly NamedSource[],
  onError: (error: EdgeError) => void,
  serving: Pick<SourcesOptions, 'onChange' | 'mayCompileLater'> = {}
): OpenedSources => {
  const of = (flag: string) => named.filter((one) => one.flag === flag).map(({ value }) => value)
  return openSources({
    data: args.text('data') ?? '',
    geo: of('geo'),
    asn: of('asn-data').at(-1),
    feeds: of('feed').map(parseFeedSpec),
    bots: oneOf(args, 'bots', BOTS_MODES) ?? 'on',
    onError,
    ...serving,
  })
}

/** Opens every source that the flags name. @throws EdgeError `wrong_usage`, `invalid_feed`, and the errors of `openSources` */
export const openSourcesOf = (
  args: Arguments,
  onError: (error: EdgeError) => void,
  serving?: Pick<SourcesOptions, 'onChange' | 'mayCompileLater'>
): OpenedSources => openNamed(args, namedSources(args), onError, serving)

/** Opens the sources, calls `run`, and closes them. Background errors go to `err`. Throws the same errors as `openSourcesOf`. */
export const withSources = async <T>(
  args: Arguments,
  io: Io,
  run: (sources: OpenedSources) => T | Promise<T>
): Promise<T> => {
  const sources = openSourcesOf(args, (error) => io.err(`edge1020: ${error.message}\n`))
  try {
    return await run(sources)
  } finally {
    sources.close()
  }
}

const LABELS: Record<SourceFact['role'], string> = {
  country: 'country data',
  place: 'places',
  asn: 'ASN data',
  feed: 'feed',
  anonymous: 'anonymous IPs',
  unused: 'not used',
  bots: 'bots',
}

export const sourceLabel = ({ role }: Pick<SourceFact, 'role'>): string => LABELS[role]

/** Prints warnings about old or missing data to `err`. */
export const warnOfSources = (facts: readonly SourceFact[], io: Io): void => {
  for (const { warning } of facts) {
    if (warning !== undefined) {
      io.err(`${paint(io.color, 'yellow', 'warning:')} ${printable(warning)}\n`)
    }
  }
}
