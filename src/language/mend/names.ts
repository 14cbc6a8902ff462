import type { Problem } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseItem, looseValue } from './loose.ts'
import { looseOperator } from './operators.ts'

/** What fields are called elsewhere: in other languages, in logs, and in our shorthand. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  'http.host': ['host', 'hostname', 'domain', 'server_name', 'http.hostname', 'http.request.host'],
  'http.request.uri.path': [
    ...['path', 'pathname', 'uri_path', 'http.path', 'http.uri.path', 'http.request.path'],
    ...['http.request.url.path', 'request.path', 'request.uri.path'],
  ],
  'http.request.uri.query': [
    ...[
      'query',
      'query_string',
      'http.query',
      'http.request.query',
      'http.request.uri.query_string',
    ],
    'http.request.url.query',
  ],
  'http.request.uri': ['uri', 'request_uri', 'http.uri', 'request.uri'],
  'http.request.full_uri': ['url', 'http.url', 'http.request.url', 'request.url', 'full_uri'],
  'http.request.method': ['method', 'request_method', 'http.method', 'request.method'],
  'http.user_agent': [
    ...['user_agent', 'useragent', 'ua', 'http.useragent', 'http.request.user_agent'],
    ...['http_user_agent', 'user-agent', 'http.request.useragent'],
  ],
  'http.referer': ['referer', 'referrer', 'http.referrer', 'http.request.referer'],
  'http.cookie': ['cookie', 'cookies', 'http.cookies', 'http.request.cookie'],
  'http.request.headers': [
    ...['headers', 'header', 'http.header', 'http.headers', 'http.request.header'],
    'request.headers',
  ],
  'http.request.uri.args': ['args', 'http.args', 'http.request.args', 'http.request.query.args'],
  'http.request.version': ['http.version', 'http_version', 'http.request.http_version'],
  'ip.src': [
    ...['client_ip', 'client.ip', 'ip.address', 'ip.source', 'ip_src', 'src_ip', 'source_ip'],
    ...['remote_addr', 'remote_ip', 'ip.client', 'http.client_ip', 'ip.addr', 'visitor.ip'],
  ],
  'ip.src.country': ['country', 'geo.country', 'ip.country', 'ip.geo.country', 'geoip.country'],
  'ip.src.continent': ['continent', 'ip.continent', 'ip.geo.continent', 'geoip.continent'],
  'ip.src.city': ['city', 'ip.city', 'ip.geoip.city', 'geo.city'],
  'ip.src.region': ['region', 'ip.region', 'ip.geoip.region'],
  'ip.src.asnum': [
    ...['asn', 'asnum', 'as_number', 'ip.asn', 'ip.asnum', 'ip.src.asn', 'ip.geoip.asn'],
    ...['ip.src.as', 'ip.as', 'ip.src.as_number'],
  ],
  'cf.threat_score': ['threat_score', 'threatscore', 'ip.threat_score'],
  'cf.bot_management.score': ['bot_score', 'bot.score', 'cf.bot.score', 'cf.bot_score'],
  'cf.client.bot': ['known_bot', 'is_bot', 'cf.bot', 'verified_bot'],
  ssl: ['https', 'tls', 'is_https', 'is_ssl'],
}
const MEANT = new Map(
  Object.entries(CALLED).flatMap(([field, names]) => names.map((name) => [name, field]))
)

const WORDS: Readonly<Record<string, string>> = { AND: 'and', OR: 'or', NOT: 'not', XOR: 'xor' }

/** `ip` is a field of packets; where a rule writes it alone, the visitor's address is meant. */
export const meantField = (name: string, scheme: Scheme): string | undefined => {
  const field = name === 'ip' ? 'ip.src' : MEANT.get(name.toLowerCase())
  return field !== undefined && scheme.fields.has(field) ? field : undefined
}

const isUsable = (scheme: Scheme, name: string) => {
  const known = scheme.fields.get(name)
  return known !== undefined && known.refused === undefined
}

/** `http.user_agent.contains("a")`: the last word is an operator, and what it searches is in parentheses. */
const method = (source: string, { start, end }: Problem, scheme: Scheme): Fix | undefined => {
  const name = source.slice(start, end)
  const dot = name.lastIndexOf('.')
  const left = name.slice(0, dot)
  const field = isUsable(scheme, left) ? left : meantField(left, scheme)
  const operator = looseOperator(name, dot + 1)
  if (field === undefined || operator?.end !== name.length || source[end] !== '(') return undefined
  const value = looseValue(source, end)
  const [item] = value?.items ?? []
  if (value === undefined || item === undefined || value.items.length > 1) return undefined
  const { meant } = operator
  const text =
    meant === 'starts_with' || meant === 'ends_with'
      ? `${meant}(${field}, ${item.text})`
      : `${field} ${meant} ${item.text}`
  return { start, end: value.end, text, reason: 'fields have no methods' }
}

const WITH_INDEX: Readonly<Record<string, string>> = {
  'http.cookie': 'http.request.cookies',
  'http.request.uri.query': 'http.request.uri.args',
}

/** `http.cookie["a"]`: a text has no index; another field has the parts of that text. */
const indexed = (source: string, { start }: Problem): Fix | undefined => {
  const name = /[\w.]+$/.exec(source.slice(0, start))?.[0] ?? ''
  const text = WITH_INDEX[name]
  if (text === undefined) return undefined
  return { start: start - name.length, end: start, text, reason: 'did you mean' }
}

const FIELD = /[a-z][\w.]*(?:\[[^\]]*\])*/iy

/** `contains(http.user_agent, "a")`: the name of an operator, called like a function. */
const called = (source: string, { start, end }: Problem, scheme: Scheme): Fix | undefined => {
  const operator = looseOperator(source, start)
  const open = afterSpace(source, end)
  if (operator?.end !== end || source[open] !== '(') return undefined
  FIELD.lastIndex = afterSpace(source, open + 1)
  const left = FIELD.exec(source)?.[0]
  if (left === undefined || !isUsable(scheme, left.replace(/\[.*$/, ''))) return undefined
  const comma = afterSpace(source, FIELD.lastIndex)
  const at = afterSpace(source, comma + 1)
  const item = source[comma] === ',' ? looseItem(source, at) : undefined
  if (item === undefined) return undefined
  const close = afterSpace(source, at + item.text.length)
  if (source[close] !== ')') return undefined
  const { meant } = operator
  if (meant === 'starts_with' || meant === 'ends_with') {
    const text = `${meant}(${left}, ${item.text})`
    return { start, end: close + 1, text, reason: '' }
  }
  const text = `${left} ${meant} ${item.text}`
  return { start, end: close + 1, text, reason: `${meant} is an operator` }
}

/** Names that the scheme does not know, or does not have here. */
export const mendName = (source: string, problem: Problem, scheme: Scheme): Fix | undefined => {
  const { start, end, code } = problem
  if (code === 'invalid_index_access') return indexed(source, problem)
  const name = source.slice(start, end)
  const word = WORDS[name]
  if (word !== undefined) {
    return { start, end, text: word, reason: 'operators are lower case', isPart: true }
  }
  const asCall = method(source, problem, scheme) ?? called(source, problem, scheme)
  if (asCall !== undefined) return asCall
  const meant = meantField(name, scheme)
  if (meant !== undefined) return { start, end, text: meant, reason: 'did you mean' }
  // The parser has found the known name that is closest.
  const near = /^did you mean `(.+)`\?$/.exec(problem.help ?? '')?.[1]
  return near === undefined ? undefined : { start, end, text: near, reason: 'did you mean' }
}
