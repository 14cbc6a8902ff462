import type { MapNode } from '../node.ts'
import type { Reader } from '../reader.ts'

/** Keys that Cloudflare's API has in rules, and edge1020's own documents have not. */
const API_KEYS = ['action_parameters', 'configuration', 'configurations', 'ratelimit', 'threshold']

const HELP =
  'put what the API answers into a file of its own: such a file loads as it is, and `edge1020 import FILE` converts it'

/** Reports a rule that is written as Cloudflare's API writes it, once for the whole rule. */
export const isOfTheApi = (map: MapNode, what: string, reader: Reader): boolean => {
  const entry = map.entries.find(({ key }) => API_KEYS.includes(key))
  if (entry === undefined) return false
  const message = `\`${entry.key}\` is a key of Cloudflare's API, which writes ${what} in another way`
  reader.findings.error(entry.keyPlace, 'unknown_key', message, HELP)
  return true
}
