import type { Problem } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseItem, looseValue } from './loose.ts'
import { looseOperator } from './operators.ts'

/** What fields are called elsewhere: in other languages, in logs, and in our shorthand. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  'http.x_forwarded_for': ['x_forwarded_for', 'http.request.x_forwarded_for', 'xff'],
  'cf.waf.score': [
    'cf.waf.attack_score',
    'cf.attack_score',
    'cf.waf_score',
    'waf_score',
    'waf.score',
    'attack_score',
  ],
  'cf.edge.server_port': [
    'http.request.port',
    'http.port',
    'port',
    'server_port',
    'http.request.uri.port',
  ],
  'http.request.uri.path.extension': [
    'http.request.extension',
    'http.request.path.extension',
    'extension',
    'file_extension',
    'http.request.uri.extension',
  ],
  'http.request.body.raw': [
    'http.request.body',
    'http.body',
    'request.body',
    'request_body',
    'body',
  ],
  'http.host': [
    ...['request.host', 'http_host'],
    'host',
    'hostname',
    'domain',
    'server_name',
    'http.hostname',
    'http.request.host',
  ],
  'http.request.uri.path': [
    ...['path', 'pathname', 'uri_path', 'http.path', 'http.uri.path', 'http.request.path'],
    ...['http.request.url.path', 'request.path', 'request.uri.path'],
  ],
  'http.request.uri.query': [
    ...['http.request.querystring', 'querystring', 'http.querystring', 'request.query'],
    ...[
      'query',
      'query_string',
      'http.query',
      'http.request.query',
      'http.request.uri.query_string',
    ],
    'http.request.url.query',
  ],
  'http.request.uri': [...['req.url'], 'uri', 'request_uri', 'http.uri', 'request.uri'],
  'http.request.full_uri': ['url', 'http.url', 'http.request.url', 'request.url', 'full_uri'],
  'http.request.method': [
    ...['req.method', 'req.request'],
    'method',
    'request_method',
    'http.method',
    'request.method',
  ],
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
  'http.request.version': [
    ...['http.request.protocol', 'http.protocol', 'protocol', 'server_protocol'],
    'http.version',
    'http_version',
    'http.request.http_version',
  ],
  'ip.src': [
    ...[
      'http.request.ip',
      'request.ip',
      'req.ip',
      'cf.connecting_ip',
      'http.request.client_ip',
      'http.remote_addr',
      'origin.ip',
      'binary_remote_addr',
    ],
    ...['client_ip', 'client.ip', 'ip.address', 'ip.source', 'ip_src', 'src_ip', 'source_ip'],
    ...['remote_addr', 'remote_ip', 'ip.client', 'http.client_ip', 'ip.addr', 'visitor.ip'],
  ],
  'ip.src.country': [
    ...[
      'cf.country',
      'cf.ipcountry',
      'cf.ip_country',
      'country_code',
      'ip.country_code',
      'client.geo.country_code',
      'http.request.country',
      'geoip_country_code',
      'geoip2_data_country_code',
      'origin.region_code',
    ],
    'country',
    'geo.country',
    'ip.country',
    'ip.geo.country',
    'geoip.country',
  ],
  'ip.src.continent': ['continent', 'ip.continent', 'ip.geo.continent', 'geoip.continent'],
  'ip.src.city': ['city', 'ip.city', 'ip.geoip.city', 'geo.city'],
  'ip.src.region': ['region', 'ip.region', 'ip.geoip.region'],
  'ip.src.asnum': [
    ...['cf.asn', 'client.as.number', 'origin.asn'],
    ...['asn', 'asnum', 'as_number', 'ip.asn', 'ip.asnum', 'ip.src.asn', 'ip.geoip.asn'],
    ...['ip.src.as', 'ip.as', 'ip.src.as_number'],
  ],
  'cf.threat_score': ['threat_score', 'threatscore', 'ip.threat_score'],
  'cf.bot_management.score': ['bot_score', 'bot.score', 'cf.bot.score', 'cf.bot_score'],
  'cf.client.bot': [
    ...['cf.verified_bot', 'cf.is_bot', 'cf.known_bot', 'cf.client.verified_bot'],
    'known_bot',
    'is_bot',
    'cf.bot',
    'verified_bot',
  ],
  ssl: [
    ...[
      'http.ssl',
      'cf.ssl',
      'http.request.ssl',
      'http.request.tls',
      'http.https',
      'http.request.secure',
    ],
    'https',
    'tls',
    'is_https',
    'is_ssl',
  ],
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

/** Headers that have fields of their own. */
const HEADER_FIELDS: Readonly<Record<string, string>> = {
  host: 'http.host',
  'user-agent': 'http.user_agent',
  referer: 'http.referer',
  cookie: 'http.cookie',
}

/** The field of a header, as the language has it. */
export const headerField = (header: string): string => {
  const name = header.toLowerCase()
  return HEADER_FIELDS[name] ?? `http.request.headers["${name}"]`
}

const DOTTED =
  /(?:http\.request\.headers?|http\.headers?|request\.headers|req\.(?:http|headers))\.([\w-]+)/iy

/** `http.request.headers.x-api-key`, `req.http.User-Agent` */
const dotted = (source: string, { start }: Problem, scheme: Scheme): Fix | undefined => {
  DOTTED.lastIndex = start
  const found = DOTTED.exec(source)
  // `headers.names` and `headers.values` are fields.
  if (found === null || scheme.fields.has(found[0])) return undefined
  const text = headerField(found[1]!)
  return { start, end: DOTTED.lastIndex, text, reason: 'a header is a key of the map of headers' }
}

/** Functions as other languages call them, by their names in small letters. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  ...{ tolower: 'lower', to_lower: 'lower', lowercase: 'lower', lower: 'lower' },
  ...{ tolowercase: 'lower', lcase: 'lower', toupper: 'upper', to_upper: 'upper' },
  ...{ uppercase: 'upper', touppercase: 'upper', ucase: 'upper', upper: 'upper' },
  ...{ length: 'len', strlen: 'len', size: 'len', len: 'len', char_length: 'len' },
  ...{ urldecode: 'url_decode', decodeuricomponent: 'url_decode', substr: 'substring' },
}

const NO_ARGUMENTS = /\s*\(\s*\)/y

/** `http.user_agent.toLowerCase()`, `http.user_agent.length` */
const functionMethod = (
  source: string,
  { start, end }: Problem,
  scheme: Scheme
): Fix | undefined => {
  const name = source.slice(start, end)
  const dot = name.lastIndexOf('.')
  const left = name.slice(0, dot)
  const field = isUsable(scheme, left) ? left : meantField(left, scheme)
  const definition = FUNCTIONS[name.slice(dot + 1).toLowerCase()]
  if (field === undefined || definition === undefined) return undefined
  NO_ARGUMENTS.lastIndex = end
  const close = NO_ARGUMENTS.test(source) ? NO_ARGUMENTS.lastIndex : end
  const text = `${definition}(${field})`
  return { start, end: close, text, reason: 'fields have no methods' }
}

/** `length(http.host)`: a function that has another name here. */
const renamed = (source: string, { start, end }: Problem): Fix | undefined => {
  const definition = FUNCTIONS[source.slice(start, end).toLowerCase()]
  if (definition === undefined || source[afterSpace(source, end)] !== '(') return undefined
  return { start, end, text: definition, reason: 'did you mean' }
}

const TESTS =
  /^(?:(?:re(?:gexp?)?[._]?(?:match(?:es)?|test|search|like)|preg_match|match(?:es)?_regexp?)|(cidr_?match|i[np]_?(?:ip_?)?in_?(?:range|cidr|network|subnet)|in_?ip_?range|in_?cidr|ip_?match))$/i

/** `regex_match(http.host, "^a")`, `preg_match("/^a/", http.host)`, `cidr_match(ip.src, "10.0.0.0/8")` */
const tested = (source: string, { start, end }: Problem, scheme: Scheme): Fix | undefined => {
  const name = TESTS.exec(source.slice(start, end))
  const open = afterSpace(source, end)
  if (name === null || source[open] !== '(') return undefined
  const given: string[] = []
  let at = afterSpace(source, open + 1)
  while (source[at] !== ')') {
    const item = looseItem(source, at)
    if (item === undefined || given.length === 2) return undefined
    given.push(item.text)
    at = afterSpace(source, at + item.text.length)
    if (source[at] === ',') at = afterSpace(source, at + 1)
  }
  const field = given.find((one) => isUsable(scheme, one) || meantField(one, scheme) !== undefined)
  const value = given.find((one) => one !== field)
  if (field === undefined || value === undefined) return undefined
  const left = isUsable(scheme, field) ? field : meantField(field, scheme)
  const pattern = value.replace(/^["']\/(.*)\/["']$/s, '"$1"')
  const text =
    name[1] === undefined
      ? `${left} matches ${pattern}`
      : `${left} in {${value.replace(/["']/g, '')}}`
  const reason = name[1] === undefined ? '`matches` is an operator' : 'a network goes with `in`'
  return { start, end: at + 1, text, reason }
}

const SCHEME_NAME = /^(?:http\.)?(?:request\.)?(?:uri\.)?(?:scheme|proto)$/i

/** `http.request.scheme eq "https"`: a Bool tells it. */
const secure = (source: string, { start, end }: Problem): Fix | undefined => {
  if (!SCHEME_NAME.test(source.slice(start, end))) return undefined
  const operator = looseOperator(source, afterSpace(source, end))
  const at = afterSpace(source, operator?.end ?? end)
  const item = operator?.meant === 'eq' ? looseItem(source, at) : undefined
  if (operator === undefined || item === undefined || !/^https?$/i.test(item.inner))
    return undefined
  const isTls = item.inner.length === 'https'.length
  const text = isTls === operator.isNegated ? 'not ssl' : 'ssl'
  return { start, end: at + item.text.length, text, reason: '`ssl` is true of HTTPS' }
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
  const written =
    dotted(source, problem, scheme) ??
    method(source, problem, scheme) ??
    functionMethod(source, problem, scheme) ??
    called(source, problem, scheme) ??
    tested(source, problem, scheme) ??
    renamed(source, problem) ??
    secure(source, problem)
  if (written !== undefined) return written
  const meant = meantField(name, scheme)
  if (meant !== undefined) return { start, end, text: meant, reason: 'did you mean' }
  // The parser has found the known name that is closest.
  const near = /^did you mean `(.+)`\?$/.exec(problem.help ?? '')?.[1]
  return near === undefined ? undefined : { start, end, text: near, reason: 'did you mean' }
}
