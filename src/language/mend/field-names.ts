import type { Scheme } from '../scheme.ts'

/** Other names of fields: in other languages, in logs, and in our shorthand. */
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

/** `ip` is a field of packets. A rule that has `ip` alone means the visitor's address. */
export const meantField = (name: string, scheme: Scheme): string | undefined => {
  const field = name === 'ip' ? 'ip.src' : MEANT.get(name.toLowerCase())
  return field !== undefined && scheme.fields.has(field) ? field : undefined
}

/** True if a rule may read the field. */
export const isUsable = (scheme: Scheme, name: string) => {
  const known = scheme.fields.get(name)
  return known !== undefined && known.refused === undefined
}

/** Headers with a dedicated field. */
const HEADER_FIELDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    host: 'http.host',
    'user-agent': 'http.user_agent',
    referer: 'http.referer',
    cookie: 'http.cookie',
  })
)

/** The field of a header, as the language writes it. */
export const headerField = (header: string): string => {
  const name = header.toLowerCase()
  return HEADER_FIELDS.get(name) ?? `http.request.headers["${name}"]`
}
