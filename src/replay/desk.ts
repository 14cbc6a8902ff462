import { readPageFile } from '../answers/node/own-page-file.ts'
import { loadRulePaths } from '../import/node/load.ts'
import type { Ruleset } from '../rules/rule.ts'
import type { FeedSpec } from '../visitor/feeds/spec.ts'
import type { BotsMode, OpenedSources } from '../visitor/node/sources.ts'
import { openSources } from '../visitor/node/sources.ts'
import { openSources as loadSources, providedBy } from '../visitor/provides.ts'
import { sourcesOf } from '../warnings.ts'
import type { LogReader } from './formats/format.ts'
import { openReader } from './formats/open.ts'
import type { Holdings } from './holdings.ts'
import { withMore } from './holdings.ts'
import { Judge } from './judge.ts'
import type { Unjudged } from './judgeable.ts'
import { judgeable } from './judgeable.ts'
import type { ChunkPlace, Given, Selection } from './scan.ts'
import { binaryText, scanText } from './scan.ts'
import { Tally } from './tally.ts'

/** The settings that a thread needs before its first chunk, as plain data. */
export interface DeskOptions {
  /** Paths of rule files and folders, as in `serve --rules`. */
  readonly rules: readonly string[]
  /** Paths of the rules to compare with. */
  readonly against?: readonly string[] | undefined
  readonly terraform?: { vars?: readonly string[]; varFiles?: readonly string[] } | undefined
  readonly sources: {
    readonly data: string
    readonly geo?: readonly string[]
    readonly asn?: string | undefined
    readonly feeds?: readonly FeedSpec[]
    readonly bots?: BotsMode
  }
  readonly trust?: readonly string[] | undefined
  readonly selection?: Selection | undefined
  readonly given?: Given | undefined
}

/** The facts that a thread needs to open a log. */
export interface LogSpec {
  /** The number of the log among all logs, from 0. */
  readonly log: number
  /** The name of the log's format, or a pattern. */
  readonly format: string
  /** The first lines of the log. */
  readonly lines: readonly string[]
}

export interface OpenedLog {
  readonly reader: LogReader
  /** The data that each line has, including the data that the options give for all lines. */
  readonly holds: Holdings
  readonly unjudged: readonly Unjudged[]
  readonly unjudgedAgainst: readonly Unjudged[]
  /** The rules, where those that the log has too little data for are disabled. */
  readonly ruleset: Ruleset
  readonly against: Ruleset | undefined
}

const ofGiven = (held: Holdings, { host, ip, scheme }: Given): Holdings =>
  withMore(held, {
    headers: host === undefined ? [] : ['host'],
    parts: [
      ...(ip === undefined ? [] : (['address'] as const)),
      ...(scheme === undefined ? [] : (['scheme'] as const)),
    ],
  })

/** Judges logs. It has the rules, the data about visitors, one judge for each log, and the tally of all logs. */
export class Desk {
  readonly ruleset: Ruleset
  readonly against: Ruleset | undefined
  readonly tally: Tally
  readonly sources: OpenedSources
  readonly #options: DeskOptions
  readonly #judges = new Map<number, { reader: LogReader; judge: Judge }>()

  /** @throws EdgeError if the rules cannot be loaded or the data about visitors cannot be opened */
  constructor(options: DeskOptions, onError: (error: Error) => void) {
    this.#options = options
    this.sources = openSources({ ...options.sources, onError })
    const load = (paths: readonly string[]) =>
      loadRulePaths(paths, {
        lists: this.sources.lists,
        readPage: readPageFile,
        ...options.terraform,
        env: process.env,
      })
    this.ruleset = load(options.rules)
    this.against = options.against === undefined ? undefined : load(options.against)
    this.tally = new Tally(this.ruleset, this.against)
  }

  /** Opens a reader for a log and returns it with the rules that can be judged from the log. */
  examine({ format, lines }: Pick<LogSpec, 'format' | 'lines'>): OpenedLog {
    const reader = openReader(format, lines)
    const { given = {}, selection = {} } = this.#options
    const known = {
      holds: ofGiven(reader.holds, given),
      provided: providedBy(this.sources),
      isSampled: (selection.every ?? 1) > 1,
    }
    const { ruleset, unjudged } = judgeable(this.ruleset, known)
    const before = this.against === undefined ? undefined : judgeable(this.against, known)
    return {
      reader,
      holds: known.holds,
      unjudged,
      unjudgedAgainst: before?.unjudged ?? [],
      ruleset,
      against: before?.ruleset,
    }
  }

  /**
   * Prepares a log. Await it before the log's first chunk.
   *
   * @throws EdgeError `geo_failed`, `asn_failed`
   */
  async open(spec: LogSpec): Promise<void> {
    const { reader, ruleset, against } = this.examine(spec)
    const judge = new Judge({
      ruleset,
      against,
      sources: this.sources,
      trust: this.#options.trust ?? [],
      held: reader.holds.fields,
    })
    const read = [...judge.fields].filter((field) => !reader.holds.fields.has(field))
    loadSources(this.sources, sourcesOf(read))
    await judge.ready()
    this.#judges.set(spec.log, { reader, judge })
  }

  /** Judges a chunk and returns the number of its lines. */
  scan(place: ChunkPlace, bytes: Uint8Array): number {
    const { reader, judge } = this.#judges.get(place.log)!
    const { selection = {}, given = {} } = this.#options
    return scanText(binaryText(bytes), place, {
      reader,
      judge,
      tally: this.tally,
      selection,
      given,
    })
  }

  close(): void {
    this.sources.close()
  }
}
