import { EdgeError } from '../../../error.ts'
import type { SecurityEvent } from '../../event.ts'
import { logpushRecord } from '../../logpush.ts'
import type { SinkState } from '../../state.ts'
import { Troubles } from '../troubles.ts'

/** The options of every sink. */
export interface SinkOptions {
  /** The maximum number of bytes of events in memory; further events are dropped and counted. Default 16 MiB. */
  maxHeldBytes?: number
  /** Called at the start of a problem. */
  onTrouble?: (error: EdgeError) => void
  /** Called when it is over. */
  onNotice?: (message: string) => void
}

export interface Batch {
  readonly lines: readonly string[]
  readonly bytes: number
}

const DEFAULT_HELD_BYTES = 16 * 1_048_576

/** The undelivered lines of a sink, and the counts of all others. */
export class Lines {
  #lines: string[] = []
  #bytes = 0
  #delivered = 0
  #dropped = 0
  readonly #maxBytes: number
  readonly troubles: Troubles

  constructor(
    readonly name: string,
    { maxHeldBytes = DEFAULT_HELD_BYTES, onTrouble = () => {}, onNotice = () => {} }: SinkOptions
  ) {
    if (!(maxHeldBytes >= 1)) {
      throw new EdgeError(
        'invalid_sink',
        `maxHeldBytes ${maxHeldBytes}: expected a whole number of at least 1`
      )
    }
    this.#maxBytes = maxHeldBytes
    this.troubles = new Troubles(`event sink ${name}`, onTrouble, onNotice)
  }

  get waiting(): number {
    return this.#lines.length
  }

  add(events: readonly SecurityEvent[]): void {
    for (const event of events) {
      const line = `${JSON.stringify(logpushRecord(event))}\n`
      if (this.#bytes + line.length > this.#maxBytes) this.#dropped++
      else {
        this.#lines.push(line)
        this.#bytes += line.length
      }
    }
  }

  /** The oldest lines. They stay until `remove` gets their result. */
  next(maxLines: number, maxChars: number): Batch {
    let count = 0
    let chars = 0
    while (count < maxLines && count < this.#lines.length) {
      chars += this.#lines[count]!.length
      if (count > 0 && chars > maxChars) break
      count++
    }
    const lines = this.#lines.slice(0, count)
    return { lines, bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) }
  }

  remove({ lines }: Batch, isDelivered: boolean): void {
    this.#lines = this.#lines.slice(lines.length)
    this.#bytes -= lines.reduce((sum, { length }) => sum + length, 0)
    if (isDelivered) this.#delivered += lines.length
    else this.#dropped += lines.length
  }

  /** Drops everything at the end, because no later attempt follows. */
  dropAll(): void {
    this.remove({ lines: this.#lines, bytes: 0 }, false)
  }

  /** Reports a problem, or `undefined` when it is over. Only the first reason is reported. */
  tell(reason: string | undefined): void {
    const message = reason === undefined ? undefined : `event sink ${this.name}: ${reason}`
    this.troubles.update('sink', message)
  }

  state(): SinkState {
    const trouble = this.troubles.first
    return {
      name: this.name,
      ...(trouble === undefined ? {} : { trouble }),
      waiting: this.waiting,
      delivered: this.#delivered,
      dropped: this.#dropped,
    }
  }
}
