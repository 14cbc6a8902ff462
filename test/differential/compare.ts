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

/** Where that engine may refuse what is accepted here, each with its reason. */
const REFUSED_THERE: readonly RegExp[] = [
  // That product declares no lists.
  /in\s*\$/,
  // A field or call on the right is of October 2026, that engine is older.
  /(?:eq|ne|lt|le|gt|ge|==|!=|<|<=|>|>=)\s*(?:http\.|local|ip\.src|len|lower|upper)/,
  // Cloudflare's functions take text as well as fields, those of that product fields only.
  /(?:len|lower|upper)\s*\(\s*(?:"|r[#"]|[\da-f]{2}[:.-])/i,
  // Its `len` takes no arrays.
  /len\s*\(\s*(?:lower|upper)\s*\([^)]*\[\s*\*/,
]

export interface Comparison {
  /** `silent`: the engine could not say. `explained`: they differ, for a reason above. */
  outcome: 'both refuse' | 'both match' | 'neither matches' | 'silent' | 'explained' | 'different'
  text: string
}

/** What the engine and this language say of a case. */
export const difference = async ({ expression, values }: Case): Promise<Comparison> => {
  const theirs = await opinionOf(expression, values)
  const shown = `${JSON.stringify(expression)} with ${JSON.stringify(values)}`
  if (theirs === undefined) return { outcome: 'silent', text: shown }
  const ours = compiled(expression)
  const differ = (text: string, reasons: readonly RegExp[] = []): Comparison => ({
    outcome: reasons.some((pattern) => pattern.test(expression)) ? 'explained' : 'different',
    text: `${shown}: ${text}`,
  })
  if (ours instanceof EdgeError) {
    return theirs.accepted
      ? differ(`refused here (${ours.message}), accepted there`)
      : { outcome: 'both refuse', text: shown }
  }
  if (!theirs.accepted) {
    return differ(`accepted here, refused there (${theirs.message})`, REFUSED_THERE)
  }
  const matched = ours.matches(contextOf(values))
  return matched === theirs.matched
    ? { outcome: matched ? 'both match' : 'neither matches', text: shown }
    : differ(`${matched} here, ${theirs.matched} there`)
}
