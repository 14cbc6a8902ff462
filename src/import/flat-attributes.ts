/** A list's length and a map's size in the flat attributes of a state. */
const COUNTS = ['#', '%']

interface Branch {
  /** The kind of collection: `#` for a list or a set, `%` for a map, absent for a block. */
  count?: string
  readonly members: Map<string, Branch | string>
}

const MAX_DEPTH = 50

const put = (branch: Branch, [name = '', ...rest]: readonly string[], value: string): void => {
  if (rest.length === 0) {
    if (COUNTS.includes(name)) branch.count = name
    else if (!branch.members.has(name)) branch.members.set(name, value)
    return
  }
  const known = branch.members.get(name)
  const inner = typeof known === 'object' ? known : { members: new Map() }
  branch.members.set(name, inner)
  put(inner, rest, value)
}

const plain = (branch: Branch | string): unknown => {
  if (typeof branch === 'string') return branch
  const members = [...branch.members].map(([name, member]) => [name, plain(member)] as const)
  if (branch.count !== '#') return Object.fromEntries(members)
  // Indexes of a list, and hashes of a set.
  return members.sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => member)
}

/**
 * The flat attributes of a state of version 3 (`rules.0.action`, `urls.#`) as nested objects and lists.
 *
 * Source: https://github.com/hashicorp/terraform/blob/v0.11.15/flatmap/expand.go
 *
 * @example nestedOf({ 'urls.#': '1', 'urls.42': 'a' }) // { urls: ['a'] }
 */
export const nestedOf = (flat: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const root: Branch = { members: new Map() }
  for (const [name, value] of Object.entries(flat)) {
    const path = name.split('.')
    if (path.length <= MAX_DEPTH) put(root, path, String(value))
  }
  return plain(root) as Record<string, unknown>
}
