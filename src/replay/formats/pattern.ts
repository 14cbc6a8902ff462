import { EdgeError } from '../../error.ts'
import { unescapeLog } from '../escapes.ts'
import type { LogRecord } from '../record.ts'
import { closingQuote } from './clf.ts'
import type { LineResult, LogReader } from './format.ts'
import { COMMENT } from './format.ts'
import { nginxRole } from './nginx-variables.ts'
import type { Role } from './variables.ts'
import { holdsRoles, tellsRequest, variableReader } from './variables.ts'

/** A piece of a pattern: fixed text, or a variable. A variable without a role is skipped. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly role: Role | undefined }

const wrong = (pattern: string, message: string): EdgeError =>
  new EdgeError('log_format', `log format '${pattern}': ${message}`)

/** A configuration directive that contains a pattern. */
const NGINX_DIRECTIVE = /^\s*log_format\s+\S+\s+(?:escape=\w+\s+)?(['"][\s\S]*?)\s*;?\s*$/
const APACHE_DIRECTIVE = /^\s*LogFormat\s+"((?:[^"\\]|\\.)*)"(?:\s+\S+)?\s*$/
const STRINGS = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g

/** Returns the pattern without its directive. nginx's pattern may consist of several strings. */
const withoutDirective = (text: string): string => {
  const [, strings] = NGINX_DIRECTIVE.exec(text) ?? []
  if (strings !== undefined) {
    return [...strings.matchAll(STRINGS)].map(([, single, double]) => single ?? double).join('')
  }
  const [, apache] = APACHE_DIRECTIVE.exec(text) ?? []
  return apache ?? text
}

/** The path and the query, which are adjacent in many patterns. */
const NGINX_TARGET = /\$(?:uri|document_uri)\$is_args\$(?:args|query_string)/g
const APACHE_TARGET = /%U%q/g
const TARGET = 'request_target'

const NGINX = /\$(?:\{(\w+)\}|(\w+))/g

const nginxPieces = (pattern: string): Piece[] => {
  const pieces: Piece[] = []
  let last = 0
  const joined = pattern.replace(NGINX_TARGET, '$request_uri')
  for (const match of joined.matchAll(NGINX)) {
    if (match.index > last) pieces.push({ kind: 'text', text: joined.slice(last, match.index) })
    const name = match[1] ?? match[2]!
    pieces.push({ kind: 'variable', name: `$${name}`, role: nginxRole(name) })
    last = match.index + match[0].length
  }
  if (last < joined.length) pieces.push({ kind: 'text', text: joined.slice(last) })
  return pieces
}

/** Source: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats */
const APACHE_ROLES: Readonly<Record<string, Role>> = {
  a: 'address',
  h: 'address',
  t: 'time',
  r: 'request',
  m: 'method',
  U: 'path',
  q: 'query',
  H: 'version',
  s: 'status',
  v: 'host',
  V: 'host',
}
const APACHE = /%(?:%|[!\d,]*[<>]?(?:\{([^}]*)\})?(\^[A-Za-z]{2}|[A-Za-z]))/g
const SSL_PROTOCOL = 'SSL_PROTOCOL'

const apacheRole = (letter: string, argument: string | undefined): Role | undefined => {
  if (letter === 'i' && argument !== undefined) {
    const name = argument.toLowerCase()
    return name === 'host' ? 'host' : `header:${name}`
  }
  if (argument === TARGET) return 'target'
  if (letter === 'x' || letter === 'e') return argument === SSL_PROTOCOL ? 'tls' : undefined
  // `%{c}a` is the peer, and no rule reads `%{remote}p` and the like.
  if (argument !== undefined && letter !== 't') return undefined
  return APACHE_ROLES[letter]
}

const apachePieces = (pattern: string): Piece[] => {
  const plain = pattern
    .replaceAll('\\"', '"')
    .replaceAll('\\t', '\t')
    .replace(APACHE_TARGET, `%{${TARGET}}U`)
  const pieces: Piece[] = []
  let text = ''
  let last = 0
  for (const match of plain.matchAll(APACHE)) {
    text += plain.slice(last, match.index)
    last = match.index + match[0].length
    if (match[0] === '%%') {
      text += '%'
      continue
    }
    const [, argument, letter = ''] = match
    if (text !== '') pieces.push({ kind: 'text', text })
    text = ''
    pieces.push({ kind: 'variable', name: match[0], role: apacheRole(letter, argument) })
  }
  text += plain.slice(last)
  if (text !== '') pieces.push({ kind: 'text', text })
  return pieces
}

const SHOWN_CHARS = 40
const beginsWithSlash = ({ role }: { role: Role | undefined }) =>
  role === 'target' || role === 'path'

/** Returns the index where a variable's value ends and the next text begins. In quotes, the value may have escaped quotes. */
const endOf = (line: string, at: number, behind: string | undefined, before: string): number => {
  if (behind === undefined) return line.length
  return behind.startsWith('"') && before.endsWith('"')
    ? closingQuote(line, at)
    : line.indexOf(behind, at)
}

/**
 * Returns a reader for lines of a pattern in the syntax of nginx (`$remote_addr - [$time_local] "$request"`) or Apache
 * (`%h %l %u %t "%r" %>s %b`).
 *
 * @throws EdgeError `log_format` if the pattern cannot be read or does not contain the request
 */
export const patternReader = (given: string): LogReader => {
  const pattern = withoutDirective(given)
  const pieces = pattern.includes('$') ? nginxPieces(pattern) : apachePieces(pattern)
  const roles: Role[] = []
  pieces.forEach((piece, i) => {
    if (piece.kind === 'text') return
    if (piece.role !== undefined) roles.push(piece.role)
    const next = pieces[i + 1]
    if (next?.kind === 'variable' && !beginsWithSlash(next)) {
      throw wrong(pattern, `expected text between ${piece.name} and ${next.name}`)
    }
  })
  if (!tellsRequest(roles)) {
    throw wrong(pattern, 'expected what was asked for: $request, $request_uri, or %r, %U')
  }
  const variables = variableReader()

  const read = (line: string, record: LogRecord): LineResult => {
    if (line === '') return COMMENT
    const values: (readonly [Role, string])[] = []
    let at = 0
    let before = ''
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]!
      if (piece.kind === 'text') {
        // Text after the last variable may be missing.
        if (!line.startsWith(piece.text, at)) {
          return `expected "${piece.text.slice(0, SHOWN_CHARS)}" at character ${at + 1}`
        }
        at += piece.text.length
        before = piece.text
        continue
      }
      const next = pieces[i + 1]
      // Apache's time is in brackets and contains a space.
      const isBracketed = piece.name === '%t' && line[at] === '['
      const from = isBracketed ? line.indexOf(']', at) : at
      const behind = next === undefined ? undefined : next.kind === 'text' ? next.text : '/'
      const end = from < 0 ? -1 : endOf(line, from, behind, before)
      if (end < 0) return `expected "${(behind ?? ']').slice(0, SHOWN_CHARS)}" behind ${piece.name}`
      if (piece.role !== undefined) values.push([piece.role, unescapeLog(line.slice(at, end))])
      at = end
    }
    return variables.read(values, record)
  }

  return { format: pattern, holds: holdsRoles(roles), read }
}
