import type { Role } from './variables.ts'

/** nginx’s variables. Source: https://nginx.org/en/docs/varindex.html */
const ROLES: Readonly<Record<string, Role>> = {
  remote_addr: 'address',
  proxy_protocol_addr: 'address',
  time_local: 'time',
  time_iso8601: 'time',
  msec: 'time',
  request: 'request',
  request_method: 'method',
  request_uri: 'target',
  uri: 'path',
  document_uri: 'path',
  args: 'query',
  query_string: 'query',
  server_protocol: 'version',
  status: 'status',
  http_host: 'host',
  host: 'host',
  server_name: 'host',
  scheme: 'scheme',
  https: 'scheme',
  ssl_protocol: 'tls',
}

/** Where several variables tell the same the first one here counts. */
export const nginxRank = (name: string): number => Object.keys(ROLES).indexOf(name)

/** What a variable tells; `undefined` for what no rule reads. */
export const nginxRole = (name: string): Role | undefined => {
  if (Object.hasOwn(ROLES, name)) return ROLES[name]
  return name.startsWith('http_') ? `header:${name.slice(5).replaceAll('_', '-')}` : undefined
}
