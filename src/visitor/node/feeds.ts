import { EdgeError, messageOf } from '../../error.ts'
import type { Ip } from '../../lists/ip.ts'
import type { IpMapColumns } from '../../lists/ipmap.ts'
import { buildIpMap } from '../../lists/ipmap.ts'
import type { ListKind, NamedLists } from '../../lists/kind.ts'
import { KIND_NAMES } from '../../lists/kind.ts'
import type { ParsedFeed } from '../feeds/parse.ts'
import type { CompiledFeed } from '../feeds/reputation.ts'
import { viewOf } from '../feeds/reputation.ts'
import type { FeedFormat, FeedSpec } from '../feeds/spec.ts'
import { redactedSource } from '../feeds/spec.ts'
import { MAX_FEED_BYTES } from '../feeds/text.ts'
import type { ReputationSource } from '../visitor.ts'
import { download, isDownloadOf } from './download.ts'
import { feedFile, readFeedFile } from './feeds-file.ts'
import { watchFile } from './watch-file.ts'

export type { FeedSpec } from '../feeds/spec.ts'

/** The facts of one feed. */
export interface FeedFacts {
  readonly name: string
  /** File or URL; the URL without parts that may be secret. */
  readonly source: string
  /** The file with its data. */
  readonly file: string
  readonly format: FeedFormat
  /** The kind of its entries. Only addresses affect the score. `undefined` while it has no entry. */
  readonly kind: ListKind | undefined
  readonly entries: number
  /** `YYYY-MM-DD`: the feed's own date, else that of its file. */
  readonly date: string
  readonly tor: boolean
  /** 0–100 */
  readonly weight: number
  /** Names of the lists that it fills. */
  readonly lists: readonly string[]
  /** Problems of the feed, one sentence each. */
  readonly problems: readonly string[]
}

export interface Feeds {
  readonly reputation: ReputationSource
  /** Sets remain the same objects; their contents follow the files. */
  readonly lists: NamedLists<Ip>
  facts(): FeedFacts[]
  /** Stops watching the files. */
  close(): void
}

export interface FeedsOptions {
  /** Directory with the downloads of `edge1020 update feeds`. */
  data: string
  /** Called if a changed file cannot be used; the previous data stays. */
  onError: (error: EdgeError) => void
  /** Called after a changed file has been taken over. */
  onChange?: (facts: FeedFacts) => void
  /** The interval of checks for changed files. */
  intervalMs?: number
}

interface Loaded {
  readonly spec: FeedSpec
  readonly file: string
  readonly feed: Omit<ParsedFeed, 'ranges'>
}

interface Read extends Loaded {
  /** Empty for autonomous systems. */
  readonly columns: IpMapColumns
}

const OTHER_PLACE =
  'its copy was downloaded from another URL: run `edge1020 update feeds` with this one'

const read = (spec: FeedSpec, file: string): Read => {
  const { ranges, ...feed } = readFeedFile(spec, file)
  const isOther = spec.isUrl && isDownloadOf(file, spec.source) === false
  const problems = isOther ? [OTHER_PLACE, ...feed.problems] : feed.problems
  return { spec, file, feed: { ...feed, problems }, columns: buildIpMap(ranges).columns() }
}

/**
 * A feed that is empty today can be of either kind. A feed with entries keeps its kind, because rules were checked against
 * its lists.
 */
const reread = ({ spec, file, feed: { kind } }: Loaded): Read => {
  const next = read(spec, file)
  if (next.feed.entries === 0) return { ...next, feed: { ...next.feed, kind } }
  if (kind === undefined || next.feed.kind === kind) return next
  throw new EdgeError(
    'invalid_feed',
    `feed ${file}: it now lists ${KIND_NAMES[next.feed.kind ?? kind]} instead of ${KIND_NAMES[kind]}: restart the edge to change the kind`
  )
}

const compiledOf = ({ spec: { name, weight, tor, lists }, feed, columns }: Read): CompiledFeed => ({
  name,
  weight,
  tor: tor || feed.tor,
  lists,
  columns,
})

const factsOf = ({ spec, file, feed }: Loaded): FeedFacts => ({
  name: spec.name,
  source: redactedSource(spec),
  file,
  format: feed.format,
  kind: feed.kind,
  entries: feed.entries,
  date: feed.date,
  tor: spec.tor || feed.tor,
  weight: spec.weight,
  lists: spec.lists,
  problems: feed.problems,
})

const checkNames = (specs: readonly FeedSpec[]) => {
  const names = new Set<string>()
  for (const { name } of specs) {
    if (names.has(name)) {
      throw new EdgeError(
        'invalid_feed',
        `feed ${name} appears twice: give the second feed another name, and list=${name} to fill the same list`
      )
    }
    names.add(name)
  }
}

/** A feed without entries may turn out to be of any kind, so its lists exist in each kind. */
const namesOf = (loaded: readonly Loaded[], kind: ListKind) =>
  new Set(
    loaded.filter(({ feed }) => (feed.kind ?? kind) === kind).flatMap(({ spec }) => spec.lists)
  )

const listsOf = <K extends ListKind, Value>(
  loaded: readonly Loaded[],
  kind: K,
  has: (name: string, value: Value) => boolean
) => {
  const lists = new Map(
    [...namesOf(loaded, kind)].map(
      (name) => [name, { kind, has: (value: Value) => has(name, value) }] as const
    )
  )
  return (name: string) => lists.get(name)
}

const asEdgeError = (error: unknown): EdgeError =>
  error instanceof EdgeError
    ? error
    : new EdgeError('invalid_feed', messageOf(error), {
        cause: error,
      })

/**
 * Opens reputation feeds. One look-up answers for all of them, and each feed fills its lists. Files are watched, and
 * changed ones are swapped in.
 *
 * @throws EdgeError `invalid_feed`, `feed_missing`
 * @example
 * const feeds = openFeeds([parseFeedSpec('drop=drop.txt,weight=90')], { data: '.edge1020', onError: console.error })
 * feeds.reputation.lookup(ip).score
 */
export const openFeeds = (
  specs: readonly FeedSpec[],
  { data, onError, onChange, intervalMs }: FeedsOptions
): Feeds => {
  checkNames(specs)
  const first = specs.map((spec) => read(spec, feedFile(spec, data)))
  let view = viewOf(first.map(compiledOf))
  const loaded: Loaded[] = first.map(({ columns, ...rest }) => rest)

  const isIn = (list: string, holds: (feed: Loaded['feed']) => boolean) =>
    loaded.some(({ spec, feed }) => spec.lists.includes(list) && holds(feed))

  const reload = (place: number) => {
    try {
      const { columns, ...next } = reread(loaded[place]!)
      view = viewOf(
        loaded.map((feed, i) =>
          i === place
            ? compiledOf({ ...next, columns })
            : compiledOf({ ...feed, columns: view.columns(i) })
        )
      )
      loaded[place] = next
    } catch (error) {
      onError(asEdgeError(error))
      return
    }
    onChange?.(factsOf(loaded[place]!))
  }
  const stops = loaded.map(({ file }, place) =>
    watchFile(file, () => reload(place), intervalMs === undefined ? {} : { intervalMs })
  )

  return {
    reputation: {
      name: specs.map(({ name }) => name).join(', '),
      // The date of the oldest feed.
      get date() {
        return loaded.map(({ feed }) => feed.date).sort()[0] ?? ''
      },
      lookup: (ip) => view.lookup(ip),
    },
    lists: {
      ip: listsOf(loaded, 'ip', (name, ip: Ip) => view.has(name, ip)),
      int: listsOf(loaded, 'asn', (name, int: number | bigint) =>
        isIn(name, ({ ints }) => ints.has(Number(int)))
      ),
      string: listsOf(loaded, 'hostname', (name, host: string) =>
        isIn(name, ({ hosts }) => hosts.has(host))
      ),
    },
    facts: () => loaded.map(factsOf),
    close: () => {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

/** The result of the update of one feed. */
export type FeedUpdate =
  | {
      readonly name: string
      readonly file: string
      /** `local`: the source is a file, so there is nothing to download. */
      readonly status: 'updated' | 'unchanged' | 'local'
      readonly entries: number
      readonly date: string
      readonly problems: readonly string[]
    }
  | {
      readonly name: string
      readonly file: string
      readonly status: 'failed'
      readonly error: EdgeError
    }

export interface UpdateFeedsOptions {
  /** Directory of the copies. */
  data: string
  onProgress?: (name: string, bytes: number, total: number | undefined) => void
  /** Time limit for a silent server. */
  timeoutMs?: number
}

const updateFeed = async (
  spec: FeedSpec,
  file: string,
  { onProgress, timeoutMs }: UpdateFeedsOptions
): Promise<FeedUpdate> => {
  const { name, source, isUrl } = spec
  let feed: ParsedFeed | undefined
  let status: 'updated' | 'unchanged' | 'local' = 'local'
  if (isUrl) {
    const result = await download({
      url: source,
      file,
      maxBytes: MAX_FEED_BYTES,
      verify: (path) => {
        feed = readFeedFile(spec, file, path)
      },
      onProgress: onProgress && ((bytes, total) => onProgress(name, bytes, total)),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    status = result.status
  }
  const { entries, date, problems } = feed ?? readFeedFile(spec, file)
  return { name, file, status, entries, date, problems }
}

/**
 * Downloads the feeds whose source is a URL into the data directory, one after the other. A download replaces the old copy
 * only if it is a valid feed; a failed one does not stop the others.
 *
 * @throws EdgeError `invalid_feed` if two feeds have the same name; the result contains all other errors
 * @example await updateFeeds([parseFeedSpec('drop=https://www.spamhaus.org/drop/drop_v4.json')], { data: '.edge1020' })
 */
export const updateFeeds = async (
  specs: readonly FeedSpec[],
  options: UpdateFeedsOptions
): Promise<FeedUpdate[]> => {
  checkNames(specs)
  const updates: FeedUpdate[] = []
  for (const spec of specs) {
    const file = feedFile(spec, options.data)
    try {
      updates.push(await updateFeed(spec, file, options))
    } catch (error) {
      updates.push({ name: spec.name, file, status: 'failed', error: asEdgeError(error) })
    }
  }
  return updates
}
