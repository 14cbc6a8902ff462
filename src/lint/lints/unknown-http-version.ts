import type { Problem } from '../../rules/values.ts'
import { ofClosedSet } from '../closed-set.ts'
import type { Lint } from '../lint-type.ts'

const VERSIONS = ['HTTP/0.9', 'HTTP/1.0', 'HTTP/1.1', 'HTTP/1.2', 'HTTP/2', 'HTTP/3', 'SPDY/3.1']

const checkVersion = (text: string): Problem => {
  if (VERSIONS.includes(text)) return undefined
  const number = /^(?:https?\/)?([\d.]+?)(?:\.0)?$/i.exec(text)?.[1] ?? ''
  const meant = VERSIONS.find((one) => one === `HTTP/${number}` || one === `HTTP/${number}.0`)
  return {
    code: 'unknown_http_version',
    message: `no request has the version \`${text}\`: expected a version such as \`HTTP/1.1\` or \`HTTP/2\``,
    ...(meant === undefined ? {} : { help: `did you mean \`${meant}\`?` }),
  }
}

export const unknownHttpVersion: Lint = {
  code: 'unknown_http_version',
  severity: 'error',
  title: 'an unknown HTTP version',
  explanation:
    '`http.request.version` is one of the texts `HTTP/1.0`, `HTTP/1.1`, `HTTP/2` and `HTTP/3`. It never equals `2` or `HTTP/2.0`.',
  bad: ['http.request.version eq "1.1"', 'http.request.version in {"HTTP/2.0" "HTTP/3"}'],
  good: ['http.request.version in {"HTTP/1.0" "HTTP/1.1" "HTTP/2" "HTTP/3"}'],
  expression: ofClosedSet('http.request.version', checkVersion),
}
