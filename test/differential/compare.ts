import { EdgeError } from '../../src/error.ts'
import { toBytes } from '../../src/language/bytes.ts'
import { compile } from '../../src/language/compile.ts'
import { defaultScheme } from '../../src/language/defaults.ts'
import { createScheme } from '../../src/language/scheme.ts'
import { BYTES, IP, mapOf, type Value } from '../../src/language/types.ts'
import { parseIp } from '../../src/lists/ip.ts'
import type { Case, Values } from './cases.ts'
import { opinionOf } from './oracle.ts'

const scheme = createScheme({
  fields: [
    { name: 'http.host', type: BYTES },
    { name: 'http.request.uri.path', type: BYTES },
    { name: 'ip.src', type: IP },
    { name: 'local', type: mapOf(BYTES) },
    { name: 'http.request.headers', type: mapOf(BYTES) },
  ],
  functions: ['lower', 'upper', 'len'].map((name) => defaultScheme.functions.get(name)!),
})

const contextOf = ({ host, path, ip, header, key, accented }: Values) => {
  const values: Record<string, Value> = {
    'http.host': toBytes(host),
    'http.request.uri.path': toBytes(path),
    'ip.src': parseIp(ip)!,
    local: new Map([
      ['k', toBytes(key)],
      [toBytes('é'), toBytes(accented)],
    ]),
    'http.request.headers': new Map([['x', toBytes(header)]]),
  }
  return { get: (slot: number) => values[scheme.slots[slot]!] }
}

const compiled = (expression: string) => {
  try {
    return compile(expression, { scheme, missing: 'engine' })
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
}

/** Where the two may differ, each with its reason. */
const EXPLAINED: readonly RegExp[] = [
  // `len` is that product's own: of a key that is not there it makes a number, where ours makes a missing value.
  /len\s*\(\s*local\["(?!k"\])/,
  // That product declares no lists.
  /in\s*\$/,
  // A field or call on the right is of October 2026, that engine is older.
  /(?:eq|ne|lt|le|gt|ge|==|!=|<|<=|>|>=)\s*(?:http\.|local|ip\.src|len|lower|upper)/,
]

const isExplained = (expression: string) => EXPLAINED.some((pattern) => pattern.test(expression))

/** How the engine and this language differ on a case; `undefined` where they agree, or the engine cannot say. */
export const difference = async ({ expression, values }: Case): Promise<string | undefined> => {
  const theirs = await opinionOf(expression, values)
  if (theirs === undefined) return undefined
  const ours = compiled(expression)
  const shown = JSON.stringify(expression)
  if (ours instanceof EdgeError) {
    return theirs.accepted ? `${shown}: refused here (${ours.message}), accepted there` : undefined
  }
  if (!theirs.accepted) {
    return isExplained(expression)
      ? undefined
      : `${shown}: accepted here, refused there (${theirs.message})`
  }
  const matched = ours.matches(contextOf(values))
  if (matched === theirs.matched || isExplained(expression)) return undefined
  return `${shown} with ${JSON.stringify(values)}: ${matched} here, ${theirs.matched} there`
}
