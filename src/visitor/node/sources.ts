import type { EdgeError } from '../../error.ts'
import type { Ip } from '../../lists/ip.ts'
import type { NamedLists } from '../../lists/kind.ts'
import { anonymousList, withAnonymous } from '../anonymous.ts'
import { createBots } from '../bots/bots.ts'
import { ageText, ageWarning } from '../freshness.ts'
import type { AsnSource, BotSource, GeoSource, ReputationSource, Source } from '../visitor.ts'
import { describeAsn, openAsn } from './asn.ts'
import type { FeedFacts, FeedSpec } from './feeds.ts'
import { openFeeds } from './feeds.ts'
import type { Places } from './geo.ts'
import { openGeo } from './geo.ts'
import type { Mmdb } from './mmdb.ts'
import { reverseDns } from './reverse-dns.ts'

export type BotsMode = 'on' | 'off' | 'dns'

export interface SourcesOptions {
  /** Directory with the downloads of `edge1020 update`. */
  data: string
  /**
   * MaxMind-format databases: Country, City, ASN, Anonymous-IP, in any order; `geoip-lite` selects the data of that
   * package.
   */
  geo?: readonly string[]
  /**
   * iptoasn.com's TSV, plain or gzipped. Default: the newer one of `edge1020 update asn` and the package, else the built-in
   * table.
   */
  asn?: string | undefined
  feeds?: readonly FeedSpec[]
  /** `dns` also confirms bots by reverse DNS. */
  bots?: BotsMode
  /** A server keeps answering while the table of networks is compiled: see `openAsn`. */
  mayCompileLater?: boolean
  /** Called if a changed file is unreadable; the previous data stays. */
  onError: (error: EdgeError) => void
  /** Gets the facts of a changed feed after it has been taken over. */
  onChange?: ((fact: SourceFact) => void) | undefined
}

/** The facts of one source, for the start and `edge1020 doctor`. */
export interface SourceFact {
  readonly role: 'country' | 'place' | 'asn' | 'feed' | 'bots' | 'anonymous' | 'unused'
  readonly name: string
  /** `YYYY-MM-DD`, `YYYY-MM`, or '' if unknown. */
  readonly date: string
  /** One line for people. */
  readonly text: string
  /** The problem of the source, one sentence; absent if there is none. */
  readonly warning?: string
}

export interface OpenedSources {
  readonly geo: GeoSource
  readonly asn: AsnSource
  readonly reputation: ReputationSource | undefined
  readonly bots: BotSource | undefined
  /** Contents of `$lists`, by name. */
  readonly lists: NamedLists<Ip>
  facts(): SourceFact[]
  /** Reads the existing networks. Throws EdgeError `asn_failed` if they are damaged; writes nothing. */
  check(): void
  /** Stops watching files. */
  close(): void
}

const dated = ({ name, date }: Source) =>
  date === '' ? `${name}, date unknown` : `${name}, ${date}${ageText(date, new Date())}`

const factOf = (role: SourceFact['role'], source: Source, text: string): SourceFact => {
  const warning = role === 'bots' ? undefined : ageWarning(source, new Date())
  const fact = { role, name: source.name, date: source.date, text }
  return warning === undefined ? fact : { ...fact, warning }
}

const feedFact = ({ name, source, entries, date, weight, lists, tor, problems }: FeedFacts) => {
  const uses = [
    `weight ${weight}`,
    ...(tor ? ['Tor'] : []),
    lists.map((list) => `$${list}`).join(' '),
  ]
  const text = `${name}: ${entries} entries, ${date}, ${uses.join(', ')} (${source})`
  const place = /^https?:/.test(source) ? ' from a URL' : ''
  const fact = factOf('feed', { name: `feed ${name}${place}`, date }, text)
  const warnings = [...(fact.warning === undefined ? [] : [fact.warning]), ...problems]
  return warnings.length === 0 ? fact : { ...fact, warning: warnings.join('; ') }
}

const unusedFact = (file: Mmdb): SourceFact => ({
  ...factOf('unused', file, dated(file)),
  warning: `${file.path}: not used: an earlier database, or --asn-data, has the same data`,
})

/** The age of place data only matters if a rule reads it. */
const placesFact = ({ source, isRead }: Places): SourceFact => {
  if (isRead()) return factOf('place', source, dated(source))
  const { name, date } = source
  return { role: 'place', name, date, text: `${dated(source)}, for rules that read a place` }
}

/** A database that provides neither countries nor networks. */
const isUnnamed =
  (geo: GeoSource, asn: AsnSource) =>
  (file: Mmdb): boolean =>
    file.geo !== geo && file.asn !== asn

/**
 * Opens all data about visitors: country and places, autonomous systems, reputation feeds, bots. Files are watched, and
 * changed ones are swapped in.
 *
 * @throws EdgeError `geo_failed`, `asn_failed`, `invalid_feed`, `feed_missing`
 * @example const { geo, asn, lists } = openSources({ data: '.edge1020', onError: console.error })
 */
export const openSources = ({
  data,
  geo: geoFiles = [],
  asn: asnFile,
  feeds: specs = [],
  bots: botsMode = 'on',
  mayCompileLater = false,
  onError,
  onChange,
}: SourcesOptions): OpenedSources => {
  const opened: { close(): void }[] = []
  const keep = <T extends { close(): void }>(source: T): T => {
    opened.push(source)
    return source
  }
  const close = () => {
    for (const source of opened.splice(0)) source.close()
  }
  try {
    const { geo, countries, places, files } = keep(openGeo(geoFiles, { onError }))
    const ownAsn = asnFile === undefined ? files?.asn : undefined
    const table =
      ownAsn === undefined
        ? keep(openAsn({ data, file: asnFile, mayCompileLater, onError }))
        : undefined
    const asn = ownAsn ?? table!
    const feeds =
      specs.length > 0
        ? keep(
            openFeeds(specs, { data, onError, onChange: (facts) => onChange?.(feedFact(facts)) })
          )
        : undefined
    const anonymous = files?.anonymous
    const reputation =
      anonymous === undefined
        ? feeds?.reputation
        : withAnonymous(
            feeds?.reputation,
            anonymous,
            files!.sources.find((file) => file.anonymous === anonymous)!
          )
    const resolver = botsMode === 'dns' ? keep(reverseDns()) : undefined
    const bots =
      botsMode === 'off' ? undefined : createBots(resolver === undefined ? {} : { resolver })

    const ipLists = new Map<string, { has(ip: Ip): boolean } | undefined>()
    const ipList = (name: string) => {
      const feed = feeds?.lists.ip(name)
      const kinds = anonymous && anonymousList(anonymous, name)
      if (feed === undefined || kinds === undefined) return feed ?? kinds
      return { has: (ip: Ip) => feed.has(ip) || kinds.has(ip) }
    }
    return {
      geo,
      asn,
      reputation,
      bots,
      lists: {
        ip: (name) => {
          if (!ipLists.has(name)) ipLists.set(name, ipList(name))
          return ipLists.get(name)
        },
        int: (name) => feeds?.lists.int(name),
        string: (name) => feeds?.lists.string(name),
      },
      facts: () => [
        factOf('country', geo, dated(geo)),
        ...(places === undefined ? [] : [placesFact(places)]),
        factOf('asn', asn, table === undefined ? dated(asn) : describeAsn(table)),
        ...(files?.sources ?? [])
          .filter(isUnnamed(countries, asn))
          .map((file) =>
            file.anonymous !== undefined && file.anonymous === anonymous
              ? factOf('anonymous', file, dated(file))
              : unusedFact(file)
          ),
        ...(feeds?.facts() ?? []).map(feedFact),
        ...(bots === undefined
          ? [{ role: 'bots', name: 'off', date: '', text: 'off' } as const]
          : [
              factOf(
                'bots',
                bots,
                `${dated(bots)}${resolver === undefined ? '' : ', reverse DNS'}`
              ),
            ]),
      ],
      check: () => table?.check(),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}
