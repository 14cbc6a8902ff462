/** The text of one file, with the lines of its offsets. */
export class SourceText {
  #lineStarts: number[] | undefined

  constructor(
    /** The name in messages: relative to the folder that the user named, with `/`. */
    readonly file: string,
    readonly text: string
  ) {}

  /** 1-based line of a UTF-16 offset. */
  line(offset: number): number {
    const starts = this.#starts()
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  /** 1-based column of a UTF-16 offset, in characters. */
  column(offset: number): number {
    const start = this.#starts()[this.line(offset) - 1]!
    return [...this.text.slice(start, offset)].length + 1
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0]
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) {
        this.#lineStarts.push(at + 1)
      }
    }
    return this.#lineStarts
  }
}

/** A place in a file. */
export interface At {
  readonly source: SourceText
  readonly offset: number
}

/** `main.tf:12` */
export const placeOf = ({ source, offset }: At): string => `${source.file}:${source.line(offset)}`

/** A syntax error in a file. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem'

  constructor(
    message: string,
    readonly at: At
  ) {
    super(message)
  }
}
