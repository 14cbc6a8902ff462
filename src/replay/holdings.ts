/** A part of a request that a log can hold, besides headers and values of fields. */
export type Part =
  | 'address'
  | 'time'
  | 'method'
  | 'path'
  | 'query'
  | 'version'
  | 'scheme'
  | 'status'

/** What the lines of a log hold. What is absent here cannot be judged. */
export interface Holdings {
  readonly parts: ReadonlySet<Part>
  /** Lower-case names of the headers whose values (or whose absence) each line tells. */
  readonly headers: ReadonlySet<string>
  /** True where each line has all headers of its request; those in `hidden` are left out or made unreadable. */
  readonly hasAllHeaders: boolean
  readonly hidden: ReadonlySet<string>
  /** Fields of the Rules language that lines have values of. */
  readonly fields: ReadonlySet<string>
}

/** @example holds({ parts: ['address', 'target'], headers: ['user-agent'] }) */
export const holds = ({
  parts,
  headers = [],
  hasAllHeaders = false,
  hidden = [],
  fields = [],
}: {
  parts: readonly Part[]
  headers?: readonly string[]
  hasAllHeaders?: boolean
  hidden?: readonly string[]
  fields?: readonly string[]
}): Holdings => ({
  parts: new Set(parts),
  headers: new Set(headers),
  hasAllHeaders,
  hidden: new Set(hidden),
  fields: new Set(fields),
})

/** The same with more, which the command line gave for all lines. */
export const withMore = (
  held: Holdings,
  { parts = [], headers = [] }: { parts?: readonly Part[]; headers?: readonly string[] }
): Holdings => ({
  ...held,
  parts: new Set([...held.parts, ...parts]),
  headers: new Set([...held.headers, ...headers]),
})

export const holdsHeader = ({ headers, hasAllHeaders, hidden }: Holdings, name: string): boolean =>
  headers.has(name) || (hasAllHeaders && !hidden.has(name))
