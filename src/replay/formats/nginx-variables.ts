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

/** Returns the rank of a variable, or -1 if it is unknown. Of variables with one role, the one with the lowest rank counts. */
export const nginxRank = (name: string): number => Object.keys(ROLES).indexOf(name)

/** Returns the role of a variable, or `undefined` if no rule reads it. */
export const nginxRole = (name: string): Role | undefined => {
  if (Object.hasOwn(ROLES, name)) return ROLES[name]
  return name.startsWith('http_') ? `header:${name.slice(5).replaceAll('_', '-')}` : undefined
}
