import { EdgeError } from '../../error.ts'
import { nearest } from '../../nearest.ts'
import type { TrialRequest } from '../trial.ts'
import { withAsciiHost } from './ascii-host.ts'
import type { CurlState } from './curl-options.ts'
import { CURL_OPTIONS, SHORT_OPTIONS } from './curl-options.ts'
import type { ReadRequest } from './read.ts'
import { OpenQuote, shellWords } from './shell.ts'

/** A version of curl that sends the same headers as all versions since 7.x. */
const AGENT = 'curl/8.15.0'
const CODINGS = 'deflate, gzip, br, zstd'
const BOUNDARY = '------------------------edge1020explain000000'
const PROMPT = /^\s*[$>#%]\s+(?=curl\b)/
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i
const HTTP = /^https?:\/\//i

const problem = (message: string): EdgeError => new EdgeError('invalid_request', `curl: ${message}`)

const newState = (): CurlState => ({
  urls: [],
  method: undefined,
  headers: [],
  agent: undefined,
  referer: undefined,
  cookies: [],
  data: [],
  parts: [],
  queries: [],
  user: undefined,
  bearer: undefined,
  range: undefined,
  version: undefined,
  isHead: false,
  isGet: false,
  isJson: false,
  isUpload: false,
  isCompressed: false,
  isPathAsIs: false,
  target: undefined,
  notes: [],
})

const unknown = (word: string): EdgeError => {
  const meant = nearest(word.replace(/^--?/, ''), Object.keys(CURL_OPTIONS))
  return problem(
    `unknown option "${word}"${meant === undefined ? '' : `: did you mean --${meant}?`}`
  )
}

const readWords = (words: readonly string[]): CurlState => {
  const state = newState()
  let i = 0
  const next = (option: string): string => {
    i++
    const value = words[i]
    if (value === undefined) throw problem(`${option}: expected a value after it`)
    return value
  }
  const long = (word: string) => {
    const name = word.slice(2)
    // `--no-…` switches off an option that is off by default.
    const known = Object.hasOwn(CURL_OPTIONS, name) ? CURL_OPTIONS[name] : undefined
    if (known === undefined) {
      if (/^no-/.test(name) && Object.hasOwn(CURL_OPTIONS, name.slice(3))) return
      throw unknown(word)
    }
    known.take(state, known.takesValue ? next(word) : '')
  }
  const short = (word: string) => {
    for (let at = 1; at < word.length; at++) {
      const name = SHORT_OPTIONS[word[at]!]
      if (name === undefined) throw unknown(`-${word[at]}`)
      const option = CURL_OPTIONS[name]!
      if (option.takesValue) {
        option.take(state, word.slice(at + 1) || next(`-${word[at]}`))
        return
      }
      option.take(state, '')
    }
  }
  for (; i < words.length; i++) {
    const word = words[i]!
    if (word === '--next' || word === '-:') {
      state.notes.push('only the first of several requests is read')
      break
    }
    if (word.startsWith('--') && word.length > 2) long(word)
    else if (word.startsWith('-') && word.length > 1 && word !== '--') short(word)
    else if (word !== '--') state.urls.push(word)
  }
  return state
}

/** Resolves `.` and `..` in a path as curl does: `/a/./b/../c` becomes `/a/c`. */
const squashed = (url: string): string => {
  const [, before = '', path = '', rest = ''] =
    /^(https?:\/\/[^/?#]*)([^?#]*)(.*)$/is.exec(url) ?? []
  if (!path.includes('/.')) return url
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [i, segment] of segments.entries()) {
    const isDots = segment === '.' || segment === '..'
    if (segment === '..') kept.pop()
    if (!isDots) kept.push(segment)
    else if (i === segments.length - 1) kept.push('')
  }
  return `${before}/${kept.join('/')}${rest}`
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const base64 = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))

const multipart = (parts: readonly string[]): string =>
  [
    ...parts.map((part) => {
      const [, name = part, content = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? []
      const [, text = content, type] = /^(.*?)(?:;type=([^;]+))?$/s.exec(content) ?? []
      const typeLine = type === undefined ? '' : `Content-Type: ${type}\r\n`
      return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n${typeLine}\r\n${text}\r\n`
    }),
    `--${BOUNDARY}--\r\n`,
  ].join('')

const methodOf = (state: CurlState, hasBody: boolean): string => {
  if (state.method !== undefined) return state.method
  if (state.isHead) return 'HEAD'
  if (state.isUpload) return 'PUT'
  return hasBody ? 'POST' : 'GET'
}

const bodyOf = ({ isGet, data, parts, isJson }: CurlState) => {
  if (parts.length > 0) {
    return { text: multipart(parts), type: `multipart/form-data; boundary=${BOUNDARY}` }
  }
  if (isGet || data.length === 0) return undefined
  return isJson
    ? { text: data.join(''), type: 'application/json' }
    : { text: data.join('&'), type: 'application/x-www-form-urlencoded' }
}

const urlOf = (state: CurlState): { url: string; user: string | undefined } => {
  const [given, ...others] = state.urls
  if (given === undefined) throw problem('expected a URL')
  if (others.length > 0) state.notes.push(`only the first of ${others.length + 1} URLs is read`)
  const full = SCHEME.test(given) ? given : `http://${given}`
  if (!HTTP.test(full)) throw problem(`"${given}": expected an http: or https: URL`)
  const [, scheme = '', user, rest = ''] = /^(https?:\/\/)(?:([^/?#]*)@)?(.*)$/is.exec(full) ?? []
  let url = withAsciiHost(`${scheme}${rest.replace(/#.*$/s, '')}`)
  const queries = [...state.queries, ...(state.isGet ? state.data : [])]
  if (queries.length > 0) url += `${url.includes('?') ? '&' : '?'}${queries.join('&')}`
  if (/^https?:\/\/[^/?]*\?/.test(url)) url = url.replace('?', '/?')
  if (!state.isPathAsIs) url = squashed(url)
  return { url, user: user === undefined ? undefined : decoded(user) }
}

/** The headers that curl sends by itself, in its order, followed by the user's own. */
const headersOf = (
  state: CurlState,
  url: string,
  user: string | undefined,
  body: { text: string; type: string } | undefined
): [string, string][] => {
  const { agent, referer, cookies, bearer, range, isCompressed, isJson, parts } = state
  const host = /^https?:\/\/([^/?]*)/i.exec(url)?.[1] ?? ''
  const credentials = user ?? state.user
  const size = body && String(new TextEncoder().encode(body.text).length)
  const own: [string, string | undefined][] = [
    ['Host', host.replace(/:(?:80|443)$/, '')],
    [
      'Authorization',
      bearer !== undefined
        ? `Bearer ${bearer}`
        : credentials &&
          `Basic ${base64(credentials.includes(':') ? credentials : `${credentials}:`)}`,
    ],
    ['Range', range && `bytes=${range}`],
    ['User-Agent', agent === '' ? undefined : (agent ?? AGENT)],
    ['Accept', isJson ? 'application/json' : '*/*'],
    ['Accept-Encoding', isCompressed ? CODINGS : undefined],
    ['Referer', referer],
    ['Cookie', cookies.length > 0 ? cookies.join('; ') : undefined],
    ['Content-Length', size],
    ['Content-Type', body?.type],
  ]
  const given = state.headers.map((header): [string, string | undefined] => {
    const [, name, colon, value = ''] = /^([^:;]+)([:;])\s*(.*)$/s.exec(header) ?? []
    if (name === undefined) throw problem(`-H "${header}": expected name: value`)
    const isRemoved = colon === ':' && value === ''
    return [name.trim(), isRemoved ? undefined : value.trim()]
  })
  const names = new Set(given.map(([name]) => name.toLowerCase()))
  // Only the type of a form with parts has to stay: it contains their boundary.
  if (parts.length > 0) names.delete('content-type')
  return [...own.filter(([name]) => !names.has(name.toLowerCase())), ...given].filter(
    (header): header is [string, string] => header[1] !== undefined
  )
}

const REQUEST_VERSION = 'HTTP/1.1'

/**
 * Returns the request that a curl command line sends.
 *
 * @param words the words after `curl`
 * @throws EdgeError `invalid_request`
 */
export const curlRequest = (words: readonly string[]): ReadRequest => {
  const state = readWords(words)
  const { url, user } = urlOf(state)
  const body = bodyOf(state)
  const isTls = /^https:/i.test(url)
  const version = state.version ?? (isTls ? 'HTTP/2' : REQUEST_VERSION)
  const headers = headersOf(state, url, user, body)
  const request: TrialRequest = {
    method: methodOf(state, body !== undefined),
    url: state.target === undefined ? url : `${/^https?:\/\/[^/?]*/i.exec(url)![0]}${state.target}`,
    // HTTP/2 allows only lower-case names.
    headers: /[23]$/.test(version)
      ? headers.map(([name, value]) => [name.toLowerCase(), value] as const)
      : headers,
    version,
    ...(body === undefined ? {} : { body: body.text }),
  }
  return { request, notes: state.notes, kind: 'curl' }
}

/** True if the text begins like a curl command line, with or without a prompt. */
export const isCurl = (text: string): boolean =>
  /^\s*curl(?:\.exe)?\s/.test(text.replace(PROMPT, ''))

/**
 * Reads a curl command line, typed or copied from a browser (for bash, cmd or PowerShell).
 *
 * @throws EdgeError `invalid_request`
 * @example readCurl("curl 'https://shop.test/' -A Mozilla").request.headers
 */
export const readCurl = (text: string): ReadRequest => {
  try {
    return curlRequest(shellWords(text.replace(PROMPT, '').trim()).slice(1))
  } catch (error) {
    if (!(error instanceof OpenQuote)) throw error
    throw problem(`${error.message}: expected a complete command line`)
  }
}
