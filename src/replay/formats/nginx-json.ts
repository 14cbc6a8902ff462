import type { LogRecord } from '../record.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import type { Json } from './json-line.ts'
import { keysOf, mostAre, NOT_JSON, parseJsonLine, sampleOf } from './json-line.ts'
import { nginxRank, nginxRole } from './nginx-variables.ts'
import type { Role } from './variables.ts'
import { holdsRoles, tellsRequest, variableReader } from './variables.ts'

/** Usual names of members besides nginx's variables. Of names with one role, the first one counts. */
const NAMES: Readonly<Record<string, Role>> = {
  client_ip: 'address',
  clientip: 'address',
  remote_ip: 'address',
  client: 'address',
  ip: 'address',
  timestamp: 'time',
  time: 'time',
  datetime: 'time',
  date: 'time',
  ts: 'time',
  method: 'method',
  verb: 'method',
  http_method: 'method',
  url: 'target',
  request_path: 'path',
  path: 'path',
  query: 'query',
  protocol: 'version',
  proto: 'version',
  http_version: 'version',
  status_code: 'status',
  response_status: 'status',
  response_code: 'status',
  vhost: 'host',
  virtual_host: 'host',
  domain: 'host',
  http_referrer: 'header:referer',
  referer: 'header:referer',
  referrer: 'header:referer',
  user_agent: 'header:user-agent',
  useragent: 'header:user-agent',
  agent: 'header:user-agent',
  ua: 'header:user-agent',
  x_forwarded_for: 'header:x-forwarded-for',
  xff: 'header:x-forwarded-for',
  tls_version: 'tls',
  tls_protocol: 'tls',
}
/** Ranks below this are for nginx's own names. Of names with one role, nginx's own counts first. */
const OWN_RANKS = 1_000
const RANKS = new Map(Object.keys(NAMES).map((name, i) => [name, i]))

const normal = (key: string) => key.toLowerCase().replace(/^@/, '').replace(/[.-]/g, '_')

interface Member {
  readonly key: string
  readonly role: Role
  readonly rank: number
}

const membersOf = (keys: Iterable<string>): Member[] =>
  [...keys]
    .flatMap((key): Member[] => {
      const name = normal(key)
      const named = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
      if (named !== undefined) return [{ key, role: named, rank: RANKS.get(name)! }]
      const own = nginxRole(name)
      return own === undefined ? [] : [{ key, role: own, rank: nginxRank(name) - OWN_RANKS }]
    })
    .sort((a, b) => a.rank - b.rank)

const isAccess = (json: Json): boolean => {
  const roles = membersOf(Object.keys(json)).map(({ role }) => role)
  return tellsRequest(roles) && (roles.includes('address') || roles.includes('status'))
}

const open = (lines: readonly string[]): LogReader => {
  const members = membersOf(keysOf(sampleOf(lines).map(({ json }) => json)))
  const variables = variableReader()
  return {
    format: 'nginx-json',
    holds: holdsRoles(members.map(({ role }) => role)),
    read: (line: string, record: LogRecord): LineResult => {
      const parsed = parseJsonLine(line)
      if (parsed === undefined) return NOT_JSON
      const { json, text } = parsed
      return variables.read(
        members.map(({ key, role }) => [role, text(json[key])] as const),
        record
      )
    },
  }
}

export const nginxJson: LogFormat = {
  name: 'nginx-json',
  title: 'JSON with the names of nginx’s variables, or usual others, one object a line',
  fits: (lines) => mostAre(lines, isAccess),
  open,
}
