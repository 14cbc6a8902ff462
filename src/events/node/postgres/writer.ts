import type { SecurityEvent } from '../../event.ts'
import type { Gap } from '../../state.ts'
import { timeOf } from '../columns.ts'
import { type CommitPolicy, type Group, GroupCommit } from '../group-commit.ts'
import type { Entry } from '../journal-lines.ts'
import { Detour } from './detour.ts'
import type { Client } from './driver.ts'
import { isOfValues, type Link, reasonOf } from './link.ts'
import { columnsOf, eventOfCells, rowOf, sizeOfRow, UNNEST } from './rows.ts'
import { EVENTS, GAPS, ROW } from './schema.ts'
import type { Spill } from './spill.ts'

export interface WriterOptions extends CommitPolicy {
  label: string
  link: Link
  /** Takes what the server does not take in time; absent if visitors wait for the server. */
  spill: Spill | undefined
  onTrouble: (reason: string | undefined) => void
  onNotice: (message: string) => void
}

type Cells = readonly (string | number)[]

/** The events of one Ray ID, or a gap. */
interface Form {
  readonly rows: readonly Cells[]
  readonly events: readonly SecurityEvent[]
  readonly gap?: Gap
}

/** A write whose answer was lost is repeated: existing rows do not change. */
const INSERT =
  `INSERT INTO ${EVENTS} (${ROW.join(', ')}) SELECT * FROM unnest(${UNNEST}) ` +
  'ON CONFLICT (ms, ray, match_index) DO NOTHING'
const INSERT_GAP = `INSERT INTO ${GAPS} (first_ray, last_ray, from_ms, to_ms, count, reason) VALUES ($1, $2, $3, $4, $5, $6)`

/** The longest duration of a write before its connection is dropped, plus a little for each megabyte. */
const WRITE_MS = 10_000
const WRITE_MS_PER_MB = 2_000
const BYTES_PER_MB = 1_000_000
/** `close` waits for a shorter time. */
const PARTING_MS = 5_000
/** A longer transaction would delay those of other edges. */
const MOST_ROWS = 5_000
const MOST_REFUSED = 1_000

/** A line of a journal. Events are as they were when they were appended. */
const lineOf = ({ rows, gap }: Form): string =>
  `${JSON.stringify(gap === undefined ? rows.map(eventOfCells) : { gap })}\n`

const formOf = ({ events = [], gap }: Entry): Form => ({
  rows: events.map(rowOf),
  events,
  ...(gap === undefined ? {} : { gap }),
})

const insert = (client: Client, rows: readonly Cells[]) =>
  // Without a name, so that poolers that share connections between statements accept it.
  client.query(INSERT, columnsOf(rows))

const insertGap = (client: Client, { firstRay, lastRay, from, to, count, reason }: Gap) =>
  client.query(INSERT_GAP, [
    firstRay,
    lastRay,
    Date.parse(from),
    Date.parse(to),
    count,
    reason.replaceAll('\0', '').toWellFormed(),
  ])

/** Writes events to the server; the events of one turn share one statement. */
export class Writer {
  readonly #options: WriterOptions
  readonly #groups: GroupCommit<Form>
  readonly #detour: Detour | undefined
  #isClosing = false
  /** Times of all written events, for the message if they are lost. */
  #oldestMs: number | undefined
  #newestMs = 0
  isFailing = false
  /** Ray IDs that were given up: a late write and the spill can both have one. */
  readonly #refused = new Set<string>()

  constructor(options: WriterOptions) {
    this.#options = options
    const { link: _, onNotice: __, spill, ...policy } = options
    this.#detour =
      spill === undefined
        ? undefined
        : new Detour({
            spill,
            insert: (entries) => this.#send(entries.map(formOf), 0),
            probe: () => this.#run((client) => client.query('SELECT 1'), 0),
            onTrouble: options.onTrouble,
            onEmpty: () => this.#groups.nudge(),
          })
    this.#groups = new GroupCommit<Form>({
      ...policy,
      medium: 'the server',
      pack: (events) => {
        const rows = events.map(rowOf)
        const length = rows.reduce((sum, row) => sum + sizeOfRow(row), 0)
        return { form: { rows, events }, length }
      },
      packGap: (gap) => ({ form: { rows: [], events: [], gap }, length: 0 }),
      write: (group) => this.#write(group),
      hasChore: () => this.#detour?.hasRest === true,
      doChore: async () => this.#detour?.sweep(),
    })
  }

  get commits(): number {
    return this.#groups.commits
  }

  get gaps(): Gap[] {
    return this.#groups.gaps
  }

  get lost(): number {
    return this.#groups.lost
  }

  /** Events in memory that are not written yet. */
  get held(): SecurityEvent[] {
    return this.#groups.held
  }

  /** The number of events that are not on the server. */
  get waiting(): number {
    return this.held.length + (this.#options.spill?.waiting ?? 0)
  }

  append(events: readonly SecurityEvent[]): Promise<void> {
    return this.#groups.append(events)
  }

  /** Resolves when all accepted events are written to the server or to the spill, or known not to be. */
  settled(): Promise<void> {
    return this.#groups.settled()
  }

  /** Resolves to the number of spilled events that the server still lacks when it has had time to take them. */
  async drained(): Promise<number> {
    return (await this.#detour?.drained()) ?? 0
  }

  /** Looks for journals of edges that are gone. */
  adopt(): void {
    this.#detour?.adopt()
  }

  async finish(): Promise<void> {
    const { link, label, spill, onNotice } = this.#options
    this.#isClosing = true
    const timer = setTimeout(() => link.reset(), PARTING_MS)
    await this.#groups.finish()
    await this.#detour?.finish(PARTING_MS)
    clearTimeout(timer)
    if (spill === undefined) return
    const { waiting, directories } = spill
    await spill.close()
    if (waiting > 0) {
      onNotice(
        `${label}: ${waiting} events are in ${directories.join(' and ')}; the next edge with this store and directory writes them`
      )
    }
  }

  /** The tables were created from nothing, so events that this edge wrote earlier are lost. */
  async noteLoss(client: Client): Promise<void> {
    if (this.#oldestMs === undefined) return
    const reason = 'the tables were removed'
    const gap = {
      firstRay: '',
      lastRay: '',
      from: new Date(this.#oldestMs).toISOString(),
      to: new Date(this.#newestMs).toISOString(),
      count: 0,
      reason,
    }
    this.#groups.note(gap)
    this.#oldestMs = undefined
    await insertGap(client, gap)
    this.#options.onNotice(
      `${this.#options.label}: ${reason}; the edge starts new ones without the earlier events`
    )
  }

  /** Undefined if it was written. */
  async #write({ forms, size, length }: Group<Form>): Promise<Error | undefined> {
    const send = () => this.#send(forms, length)
    if (this.#detour === undefined) return send()
    return this.#detour.write(send, () => forms.map(lineOf).join(''), size)
  }

  /** Undefined if the server took it. */
  #send(forms: readonly Form[], length: number): Promise<Error | undefined> {
    return this.#run((client) => this.#writeAll(client, forms), length)
  }

  /** Undefined if it succeeded. */
  async #run(
    work: (client: Client) => Promise<unknown>,
    length: number
  ): Promise<Error | undefined> {
    const limitMs = this.#isClosing
      ? PARTING_MS
      : WRITE_MS + (length / BYTES_PER_MB) * WRITE_MS_PER_MB
    try {
      await this.#options.link.run(work, limitMs)
      this.isFailing = false
      return undefined
    } catch (cause) {
      this.isFailing = true
      return new Error(reasonOf(cause), { cause })
    }
  }

  async #writeAll(client: Client, forms: readonly Form[]): Promise<void> {
    let batch: Form[] = []
    let rows = 0
    const flush = async () => {
      await this.#writeForms(client, batch)
      batch = []
      rows = 0
    }
    for (const form of forms) {
      batch.push(form)
      rows += form.rows.length
      if (rows >= MOST_ROWS) await flush()
    }
    await flush()
  }

  async #writeForms(client: Client, forms: readonly Form[]): Promise<void> {
    for (const { gap } of forms) if (gap !== undefined) await insertGap(client, gap)
    const rows = forms.flatMap((form) => form.rows)
    if (rows.length === 0) return
    try {
      await insert(client, rows)
    } catch (error) {
      if (!isOfValues(error)) throw error
      await this.#writeApart(client, forms, error)
      return
    }
    this.#note(forms)
  }

  /** One event that the server can never accept must not block all others. */
  async #writeApart(client: Client, forms: readonly Form[], error: unknown): Promise<void> {
    const [first] = forms
    if (forms.length > 1) {
      const half = forms.length >> 1
      await this.#writeForms(client, forms.slice(0, half))
      await this.#writeForms(client, forms.slice(half))
    } else if (first !== undefined && !this.#refused.has(first.events[0]?.ray ?? '')) {
      const { label, onNotice } = this.#options
      this.#refuse(first.events[0]?.ray ?? '')
      const reason = `the server refuses it: ${reasonOf(error)}`
      this.#groups.giveUp(first.events, reason)
      onNotice(`${label}: the events of Ray ID ${first.events[0]?.ray} are lost: ${reason}`)
    }
  }

  #refuse(ray: string): void {
    if (this.#refused.size === MOST_REFUSED) this.#refused.clear()
    this.#refused.add(ray)
  }

  #note(forms: readonly Form[]): void {
    for (const { events } of forms) {
      for (const event of events) {
        const ms = timeOf(event)
        this.#oldestMs = Math.min(this.#oldestMs ?? ms, ms)
        this.#newestMs = Math.max(this.#newestMs, ms)
      }
    }
  }
}
