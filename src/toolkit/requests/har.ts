import { EdgeError } from '../../error.ts'
import { isObject } from '../problem.ts'
import type { ReadRequest } from './read.ts'

const problem = (message: string): EdgeError => new EdgeError('invalid_request', `HAR: ${message}`)

const VERSION = /^(?:HTTP\/)?(1\.0|1\.1|2|2\.0|3|3\.0)$/i
/** Chrome's names for HTTP/2 and HTTP/3. */
const ALPN: Readonly<Record<string, string>> = { h2: 'HTTP/2', h3: 'HTTP/3' }

const pairsOf = (list: unknown, place: string): [string, string][] => {
  if (list === undefined) return []
  if (!Array.isArray(list)) throw problem(`${place}: expected a list of { name, value }`)
  return list.map((item, i): [string, string] => {
    if (!isObject(item) || typeof item.name !== 'string' || typeof item.value !== 'string') {
      throw problem(`${place}[${i}]: expected { name, value }`)
    }
    return [item.name, item.value]
  })
}

const bodyOf = (post: unknown): string | undefined => {
  if (!isObject(post)) return undefined
  if (typeof post.text === 'string' && post.text !== '') return post.text
  const pairs = Array.isArray(post.params) ? pairsOf(post.params, 'postData.params') : []
  return pairs.length === 0 ? undefined : new URLSearchParams(pairs).toString()
}

export const isHar = (json: unknown): boolean =>
  isObject(json) && isObject(json.log) && Array.isArray(json.log.entries)

/**
 * Returns one request of a HAR file, as browsers save it.
 *
 * @param entry 1-based
 * @throws EdgeError `invalid_request`
 */
export const readHar = (json: unknown, entry = 1): ReadRequest => {
  const entries = isHar(json) ? (json as { log: { entries: unknown[] } }).log.entries : undefined
  if (entries === undefined) throw problem('expected {"log":{"entries":[…]}}')
  const found = entries[entry - 1]
  if (found === undefined) {
    const many = entries.length === 1 ? '1 entry' : `${entries.length} entries`
    throw problem(`entry ${entry}: the file has ${many}`)
  }
  const place = `entry ${entry}`
  const request = isObject(found) ? found.request : undefined
  if (!isObject(request) || typeof request.url !== 'string') {
    throw problem(`${place}: expected a request with a url`)
  }
  const version = String(request.httpVersion ?? '')
  const known = VERSION.test(version) ? version : ALPN[version.toLowerCase()]
  const body = bodyOf(request.postData)
  return {
    kind: 'HAR',
    request: {
      ...(typeof request.method === 'string' ? { method: request.method } : {}),
      url: request.url.replace(/#.*$/s, ''),
      headers: pairsOf(request.headers, `${place}: request.headers`).filter(
        ([name]) => !name.startsWith(':')
      ),
      ...(known === undefined ? {} : { version: known }),
      ...(body === undefined ? {} : { body }),
    },
    notes: entries.length > 1 ? [`entry ${entry} of ${entries.length}`] : [],
  }
}
