import { EdgeError } from '../error.ts'
import type { LoadOptions } from '../import/node/load.ts'
import { draftsInPaths } from '../import/node/load.ts'
import { toBytes } from '../language/bytes.ts'
import type { Lists } from '../language/compile.ts'
import { parseAsn } from '../lists/asn.ts'
import { canonicalIp, formatIp, parseIp } from '../lists/ip.ts'
import { openLists, prepareList } from '../lists/named.ts'
import { Findings } from '../rules/findings.ts'
import type { ListDraft, OwnList } from '../rules/products/lists.ts'
import { renderDiagnostics } from '../rules/report.ts'

/** A value to look up in lists: an address with its AS number if known, an AS number alone, or a text. */
export interface Sought {
  /** Canonical. */
  readonly ip?: string
  readonly asn?: number
  /** A host name or another text. */
  readonly text?: string
}

/** A list of the documents, and its first entry that contains the sought value. */
export interface Holding extends Pick<OwnList, 'name' | 'kind' | 'file' | 'line'> {
  readonly entry?: { readonly text: string; readonly file: string; readonly line: number }
}

/** Reads `192.0.2.1`, `AS64496` or a host name. Returns `undefined` for any other text. */
export const readSought = (text: string): Sought | undefined => {
  const ip = parseIp(text)
  // Rules see the IPv4 address inside an IPv6 address.
  if (ip !== undefined) return { ip: formatIp(canonicalIp(ip)) }
  const asn = /^as\d+$/i.test(text) ? parseAsn(text) : undefined
  if (asn !== undefined) return { asn }
  return /^[^\s/:]{1,253}$/.test(text) && /[^\d.]/.test(text) ? { text } : undefined
}

/** Returns true if the list of this name contains the sought value. */
export const holds = (lists: Lists, name: string, { ip, asn, text }: Sought): boolean => {
  const address = ip === undefined ? undefined : parseIp(ip)
  if (address !== undefined && lists.ip?.(name)?.has(address) === true) return true
  if (asn !== undefined && lists.int?.(name)?.has(asn) === true) return true
  if (text === undefined) return false
  // Host names are compared in lower case, other texts exactly.
  const list = lists.string?.(name)
  const sought = list?.kind === 'hostname' ? text.toLowerCase() : text
  return list?.has(toBytes(sought)) === true
}

/**
 * Returns the first entry of a list that contains the sought value. It bisects the list, because a linear search would
 * take seconds.
 */
const firstEntry = ({ name, kind, items = [] }: ListDraft, sought: Sought) => {
  let rest = items
  while (rest.length > 1) {
    const half = Math.ceil(rest.length / 2)
    const first = rest.slice(0, half)
    const list = openLists({ [name]: prepareList(name, { kind, items: first }) })
    rest = holds(list, name, sought) ? first : rest.slice(half)
  }
  return rest[0]
}

const entryIn = (list: ListDraft, sought: Sought): Holding['entry'] => {
  if (!holds(list.lists, list.name, sought)) return undefined
  const item = firstEntry(list, sought)
  const text = item === undefined ? `$${list.name}` : String(item)
  const { file = list.file, line } = list.lineOf?.(text) ?? list
  return { text, file, line }
}

/**
 * Returns each list of the documents and of their zones, with the entry that contains the sought value.
 *
 * @throws EdgeError `invalid_rules` if a document or the file of a list cannot be read any more
 */
export const heldIn = (
  paths: readonly string[],
  options: LoadOptions,
  sought: Sought
): Holding[] => {
  const findings = new Findings()
  const { drafts } = draftsInPaths(paths, findings, options)
  if (findings.hasErrors) {
    const diagnostics = findings.inSourceOrder([]).filter(({ severity }) => severity === 'error')
    throw new EdgeError('invalid_rules', renderDiagnostics(diagnostics), { diagnostics })
  }
  const lists = [...drafts.lists, ...(drafts.zones ?? []).flatMap((zone) => zone.lists)]
  return lists.map((list): Holding => {
    const { name, kind, file, line } = list
    const entry = entryIn(list, sought)
    return { name, kind, file, line, ...(entry === undefined ? {} : { entry }) }
  })
}
