import type { Syntax } from './embedded.ts'

/** A list that a document has. */
export interface NamedList {
  readonly name: string
  readonly kind?: string
  readonly size?: number
}

const KEY = /^([ \t]*)([a-z\d_][a-z\d_.]*)[ \t]*:(.*)$/
const USED = /\$([a-z\d_]+(?:\.[a-z\d_]+)*)/g

/** Entries of `[a, b]`. */
const flowSize = (text: string) => {
  const inner = /^\s*\[([^\]]*)\]/.exec(text)?.[1]
  if (inner === undefined) return undefined
  return inner.trim() === '' ? 0 : inner.split(',').length
}

/** The lists below `lists:` of our YAML, read line by line: a document that is being written has seldom a whole tree. */
const yamlLists = (text: string): NamedList[] => {
  const found: { name: string; size?: number }[] = []
  let section: number | undefined
  let column: number | undefined
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || /^\s*#/.test(line)) continue
    const spaces = line.length - line.trimStart().length
    if (/^[ \t]*lists[ \t]*:[ \t]*$/.test(line)) {
      section = spaces
      column = undefined
      continue
    }
    if (section === undefined) continue
    if (spaces <= section) {
      section = undefined
      continue
    }
    column ??= spaces
    const [, , name, rest = ''] = KEY.exec(line) ?? []
    const last = found.at(-1)
    if (spaces === column && name !== undefined) {
      const size = flowSize(rest)
      found.push(size === undefined ? { name } : { name, size })
    } else if (last !== undefined && /^\s*-/.test(line)) last.size = (last.size ?? 0) + 1
  }
  return found
}

const HCL_LIST = /resource\s+"cloudflare_list"\s+"[^"]*"\s*\{([^}]*)/g
const attribute = (body: string, name: string) =>
  new RegExp(`^\\s*${name}\\s*=\\s*"([^"]*)"`, 'm').exec(body)?.[1]

const hclLists = (text: string): NamedList[] =>
  [...text.matchAll(HCL_LIST)].flatMap(([, body = '']) => {
    const name = attribute(body, 'name')
    const kind = attribute(body, 'kind')
    if (name === undefined) return []
    return [kind === undefined ? { name } : { name, kind }]
  })

/** Cloudflare's own lists of addresses. */
const MANAGED = ['cf.anonymizer', 'cf.botnetcc', 'cf.malware', 'cf.open_proxies', 'cf.vpn']

/** The lists of a document, then those that its expressions name, then Cloudflare's. */
export const listsIn = (
  text: string,
  syntax: Syntax,
  expressions: readonly string[]
): NamedList[] => {
  const own = syntax === 'hcl' ? hclLists(text) : syntax === 'yaml' ? yamlLists(text) : []
  const used = expressions.flatMap((one) => [...one.matchAll(USED)].map(([, name = '']) => name))
  const all = new Map<string, NamedList>(own.map((list) => [list.name, list]))
  for (const name of [...used, ...MANAGED]) if (!all.has(name)) all.set(name, { name })
  return [...all.values()]
}
