/** A part of a request that a log can contain, besides headers and field values. */
export type Part =
  | 'address'
  | 'time'
  | 'method'
  | 'path'
  | 'query'
  | 'version'
  | 'scheme'
  | 'status'

/** The data that each line of a log has. A rule that reads other data cannot be judged. */
export interface Holdings {
  readonly parts: ReadonlySet<Part>
  /** Lower-case names of the headers that each line logs, with their values or as absent. */
  readonly headers: ReadonlySet<string>
  /** True if each line has all headers of its request, except those in `hidden`. */
  readonly hasAllHeaders: boolean
  /** Lower-case names of the headers that the server leaves out or masks. */
  readonly hidden: ReadonlySet<string>
  /** Fields of the Rules language whose values the lines contain. */
  readonly fields: ReadonlySet<string>
}

/**
 * Returns the holdings of a log. Options that are left out are empty.
 *
 * @example holds({ parts: ['address', 'path'], headers: ['user-agent'] })
 */
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

/** Returns the holdings with the parts and headers that the command line gives for all lines. */
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
