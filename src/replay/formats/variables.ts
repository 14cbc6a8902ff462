import type { Holdings, Part } from '../holdings.ts'
import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { isMethod, readRequestLine, readVersion } from '../request-line.ts'
import { anyTime, clfTimes } from '../times.ts'
import { tlsVersion, withoutPort } from './addresses.ts'
import type { LineResult } from './format.ts'
import { NO_REQUEST } from './format.ts'

/** The meaning of a variable in a server's log. */
export type Role =
  | 'address'
  | 'time'
  | 'request'
  | 'method'
  | 'target'
  | 'path'
  | 'query'
  | 'version'
  | 'status'
  | 'host'
  | 'scheme'
  | 'tls'
  | `header:${string}`

const PARTS: Readonly<Partial<Record<Role, readonly Part[]>>> = {
  address: ['address'],
  time: ['time'],
  request: ['method', 'path', 'query', 'version'],
  method: ['method'],
  target: ['path', 'query'],
  path: ['path'],
  query: ['query'],
  version: ['version'],
  status: ['status'],
  scheme: ['scheme'],
  tls: ['scheme'],
}

const HEADER = 'header:'

/** Returns the data that a log with these variables has. */
export const holdsRoles = (roles: readonly Role[]): Holdings => {
  const parts = roles.flatMap((role) => PARTS[role] ?? [])
  const headers = roles.flatMap((role) =>
    role.startsWith(HEADER) ? role.slice(HEADER.length) : role === 'host' ? 'host' : []
  )
  return holds({
    parts,
    headers,
    fields: roles.includes('tls') ? ['cf.tls_version'] : [],
  })
}

/** Returns true if the variables contain the request or its path. Without one no line can be judged. */
export const tellsRequest = (roles: readonly Role[]): boolean =>
  roles.some((role) => role === 'request' || role === 'target' || role === 'path')

const ABSENT = new Set(['', '-'])

/** Returns a reader that fills records from the variables of a line, in any order. */
export const variableReader = () => {
  const clf = clfTimes()
  return {
    /** @param values unescaped binary strings with their roles. Of values with one role, the first that is not absent counts. */
    read(values: Iterable<readonly [role: Role, value: string]>, record: LogRecord): LineResult {
      let query = ''
      let request: string | undefined
      let isMethodKnown = true
      const seen = new Set<Role>()
      for (const [role, value] of values) {
        if (seen.has(role)) continue
        if (ABSENT.has(value)) {
          // A line with an absent request or method is not a request.
          if (role === 'request') request ??= ''
          if (role === 'method') isMethodKnown = false
          continue
        }
        seen.add(role)
        switch (role) {
          case 'address':
            record.address = withoutPort(value)
            break
          case 'time':
            record.timeMs = anyTime(clf, value.replace(/^\[|\]$/g, ''))
            if (Number.isNaN(record.timeMs)) return 'expected a time'
            break
          case 'request':
            request = value
            break
          case 'method':
            isMethodKnown = isMethod(value)
            record.method = value
            break
          case 'target':
          case 'path':
            if (!seen.has(role === 'path' ? 'target' : 'path')) record.target = value
            else if (role === 'target') record.target = value
            break
          case 'query':
            query = value.startsWith('?') ? value.slice(1) : value
            break
          case 'version':
            record.version = readVersion(value) ?? '1.1'
            break
          case 'status': {
            const status = Number(value)
            if (!(status >= 100 && status <= 999)) return 'expected a status'
            record.status = status
            break
          }
          case 'host':
            record.header('host', value)
            break
          case 'scheme':
            record.isTls ||= value === 'https' || value === 'on' || value === 'true'
            break
          case 'tls':
            record.isTls = true
            record.fields = { 'cf.tls_version': tlsVersion(value) }
            break
          default:
            record.header(role.slice(HEADER.length), value)
        }
      }
      if (request !== undefined) {
        const { target, method } = record
        const result = readRequestLine(request, record)
        if (result !== undefined) return result
        // Separate variables have the target and the method as the server received them.
        if (seen.has('target')) record.target = target
        if (seen.has('method')) record.method = method
        return undefined
      }
      if (!isMethodKnown || !(seen.has('target') || seen.has('path'))) return NO_REQUEST
      if (query !== '' && !record.target.includes('?')) record.target += `?${query}`
      return undefined
    },
  }
}
