import type { Part, Place } from './node.ts'
import { scalarOffsets } from './scalar.ts'
import type { Source } from './source.ts'

/**
 * The place of a value in a file, in UTF-16 offsets; `end` is exclusive. `value` is the text of a scalar.
 */
export class FilePlace implements Place {
  constructor(
    private readonly source: Source,
    private readonly start: number,
    private readonly end: number,
    private readonly value?: string,
    readonly endsAtComment = false
  ) {}

  span() {
    return this.source.span(this.start, this.end)
  }

  part({ start, length }: Part) {
    if (this.value === undefined) return undefined
    const offsets = scalarOffsets(this.source.text, this.start, this.end, this.value)
    if (offsets === undefined) return undefined
    const behind = offsets.length === 0 ? this.start : offsets.at(-1)! + 1
    const from = offsets[start] ?? behind
    return this.source.span(from, Math.max(from, offsets[start + length] ?? behind))
  }
}
