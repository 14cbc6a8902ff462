import { toBytes } from '../language/bytes.ts'
import type { Entry, Node } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import type { Reader } from '../rules/reader.ts'
import { checkHeaderName } from '../rules/values.ts'
import { isStrippedRequestHeader } from '../visitor/stripped-headers.ts'

const USER_AGENT = 'user-agent'
/** What is asked, not who asks; `content-…` is too. */
const REQUEST_HEADERS = new Set(['host', 'transfer-encoding'])
/** RFC 9110 §5.5: visible characters, spaces, tabs and what is not ASCII; half a surrogate pair is no character. */
const VALUE = /^[^\0-\x08\x0a-\x1f\x7f\p{Surrogate}]*$/u

/** Header names and values in turn, as binary strings. */
export interface PersonaHeaders {
  readonly userAgent: string
  readonly flat: readonly string[]
}

/** A header's value, which may be empty. YAML reads `1` as a number: what was written counts. */
const readValue = (node: Node, expected: string, reader: Reader): string | undefined => {
  if (node.kind !== 'scalar' || node.value === null || typeof node.value === 'boolean') {
    return reader.wrongType(node, expected)
  }
  const text = typeof node.value === 'string' ? node.value : node.source
  if (VALUE.test(text) && text.trim() === text) return toBytes(text)
  const message = `${inBackticks(text)} is not a header value: expected one line without control characters and outer spaces`
  reader.findings.error(node.place, 'invalid_header_value', message)
  return undefined
}

/** Whether the header can be one of a persona's. */
const checkName = ({ key, keyPlace }: Entry, seen: Set<string>, reader: Reader): boolean => {
  const report = (code: string, message: string, help?: string) => {
    reader.findings.error(keyPlace, code, message, help)
    return false
  }
  const problem = checkHeaderName(key)
  if (problem !== undefined) return report(problem.code, problem.message, problem.help)
  const lower = key.toLowerCase()
  if (isStrippedRequestHeader(lower)) {
    return report('edge_header', `only the edge sets the header ${inBackticks(key)}`)
  }
  if (REQUEST_HEADERS.has(lower) || lower.startsWith('content-')) {
    const message = `the header ${inBackticks(key)} belongs to the request, not to its sender`
    return report('request_header', message, 'send it with the request')
  }
  if (seen.has(lower)) {
    const help = 'the values of a repeated header go into a list'
    return report('duplicate_header', `the header ${inBackticks(key)} is already set`, help)
  }
  seen.add(lower)
  return true
}

/** Reads `headers` and `user_agent`, which stands for the first header unless it is one of them. */
export const readHeaders = (
  userAgent: Entry | undefined,
  headers: Entry | undefined,
  reader: Reader
): PersonaHeaders => {
  const flat: string[] = []
  const seen = new Set<string>()
  let agent =
    userAgent === undefined ? undefined : readValue(userAgent.value, 'a User-Agent', reader)
  if (agent !== undefined) flat.push('User-Agent', agent)
  const expected = 'a mapping of header names to values, each a text or a list of texts'
  const map = headers === undefined ? undefined : reader.map(headers.value, expected)
  for (const entry of map?.entries ?? []) {
    if (!checkName(entry, seen, reader)) continue
    const isAgent = entry.key.toLowerCase() === USER_AGENT
    if (isAgent && userAgent !== undefined) {
      const message = 'both `user_agent` and `headers` set the User-Agent'
      reader.findings.error(entry.keyPlace, 'conflicting_keys', message, 'remove one of them')
      continue
    }
    for (const node of entry.value.kind === 'list' ? entry.value.items : [entry.value]) {
      const value = readValue(node, 'a header value', reader)
      if (value === undefined) continue
      flat.push(entry.key, value)
      if (isAgent) agent ??= value
    }
  }
  return { userAgent: agent ?? '', flat }
}
