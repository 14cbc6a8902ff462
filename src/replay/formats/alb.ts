import { unescapeLog } from '../escapes.ts'
import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { readRequestLine } from '../request-line.ts'
import { isoTime } from '../times.ts'
import { splitUrl, tlsVersion, withoutPort } from './addresses.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import { NO_REQUEST } from './format.ts'

/** `type time elb client:port target:port times(3) elb_status target_status received sent "request" "user_agent" cipher protocol` */
const LINE =
  /^(https?|h2|grpcs|wss?) (\S+) \S+ (\S+) \S+ \S+ \S+ \S+ (\d{3}|-) \S+ \S+ \S+ "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)" (\S+) (\S+)/

const HAS_TLS = new Set(['https', 'h2', 'grpcs', 'wss'])
/** The start of a request that the load balancer could not read: `- http://host:port- -`. */
const UNREADABLE = /^- /

const read = (line: string, record: LogRecord): LineResult => {
  const [, type, time, client, status, request, agent, , protocol] = LINE.exec(line) ?? []
  if (type === undefined) return 'expected a line of an Application Load Balancer'
  const timeMs = isoTime(time!)
  if (Number.isNaN(timeMs)) return 'expected a time such as 2018-07-02T22:23:00.186641Z'
  record.timeMs = timeMs
  record.address = withoutPort(client!)
  record.status = status === '-' ? 0 : Number(status)
  if (UNREADABLE.test(request!)) return NO_REQUEST
  const result = readRequestLine(unescapeLog(request!), record)
  if (result !== undefined) return result
  const url = splitUrl(record.target)
  if (url !== undefined) {
    record.target = url.target
    record.header('host', url.host)
  }
  record.header('user-agent', unescapeLog(agent!))
  record.isTls = HAS_TLS.has(type)
  if (record.isTls) record.fields = { 'cf.tls_version': tlsVersion(protocol) }
  return undefined
}

const open = (): LogReader => ({
  format: 'alb',
  holds: holds({
    parts: ['address', 'time', 'method', 'path', 'query', 'version', 'scheme', 'status'],
    headers: ['host', 'user-agent'],
    fields: ['cf.tls_version'],
  }),
  read,
})

/** Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html */
export const alb: LogFormat = {
  name: 'alb',
  title: 'AWS Application Load Balancer',
  fits: (lines) => {
    const fitting = lines.filter((line) => LINE.test(line)).length
    return fitting > 0 && fitting * 2 >= lines.length
  },
  open,
}
