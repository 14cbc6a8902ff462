import type { Columns } from './csv.ts'
import { columnsOf } from './csv.ts'
import { headerDay } from './date.ts'
import { eachLine, endBeforeComment, isComment, textOf } from './lines.ts'
import type { FeedFormat } from './spec.ts'

const SAMPLE_LINES = 20
const SAMPLE_BYTES = 2048
/** In some feeds, licences and descriptions come before the date. */
const HEADER_LINES = 200

/** The facts that the beginning of a feed shows. */
export interface Sample {
  /** `undefined` if no line fits a format. */
  readonly format: FeedFormat | undefined
  /** A header row in a comment. */
  readonly columns: Columns | undefined
  /** The day of the data according to its header; '' if absent. */
  readonly date: string
  /** The first line that is not a comment; '' if there is none. */
  readonly firstLine: string
  readonly hasComments: boolean
}

/** The first line that matches one of these decides. A comment after an entry is ignored. */
const SHAPES: readonly (readonly [FeedFormat, RegExp])[] = [
  ['jsonl', /^\{/],
  ['tor', /^(?:ExitNode|Published|LastStatus|ExitAddress) /],
  ['asn', /^AS\d+(?:[\s,;]|$)/i],
  ['scored', /^[\da-f]*[.:][\da-f.:]*(?:\/\d+)?[\t ]+\d+(?:\.\d+)?$/i],
  ['list', /^[\da-f]*[.:][\da-f.:]*(?:\/\d+)?(?:$| *(?:-|\.\.))/i],
  ['csv', /^"?[\da-f]*[.:][\da-f.:]*(?:\/\d+)?"? *[,;\t]/i],
]

/** Other files may begin like these, so they count only if no line at the beginning matches a format above. */
const WEAK_SHAPES: readonly (readonly [FeedFormat, RegExp])[] = [
  ['asn', /^\d{1,10}(?:[,;]|$)/],
  ['hostname', /^(?:\*\.)?(?:[\w-]+\.)+[a-z][\w-]*\.?$/i],
  ['csv', /^"?(?:\*\.)?(?:[\w-]+\.)+[a-z][\w-]*"?[,;\t]/i],
]

const shapeOf = (text: string, shapes = SHAPES): FeedFormat | undefined =>
  shapes.find(([, shape]) => shape.test(text))?.[0]

/** Reads the beginning of a feed: its format and the facts in its header. */
export const sampleOf = (bytes: Uint8Array, start: number): Sample => {
  let format: FeedFormat | undefined
  let weakFormat: FeedFormat | undefined
  let columns: Columns | undefined
  let date = ''
  let firstLine = ''
  let lines = 0
  let comments = 0
  eachLine(bytes, start, (from, to) => {
    if (isComment(bytes, from)) {
      const text = textOf(bytes, from, to, SAMPLE_BYTES)
      date ||= headerDay(text)
      columns = columnsOf(text) ?? columns
      return ++comments < HEADER_LINES
    }
    const end = endBeforeComment(bytes, from, Math.min(to, from + SAMPLE_BYTES))
    const text = textOf(bytes, from, end, SAMPLE_BYTES)
    format = shapeOf(text)
    weakFormat ??= shapeOf(text, WEAK_SHAPES)
    if (format === undefined && lines === 0) {
      const isTable = columnsOf(textOf(bytes, from, to, SAMPLE_BYTES)) ?? columns
      if (isTable !== undefined) format = 'csv'
    }
    if (lines === 0) firstLine = textOf(bytes, from, to)
    lines++
    return format === undefined && lines < SAMPLE_LINES
  })
  return { format: format ?? weakFormat, columns, date, firstLine, hasComments: comments > 0 }
}
