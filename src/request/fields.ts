import type { Value } from '../language/types.ts'
import { parseCookies } from './cookies.ts'
import { acceptedLanguages } from './languages.ts'
import type { RequestReader } from './request.ts'
import { extensionOf, parseArguments } from './url.ts'

const MS_PER_SECOND = 1_000

const uri = (request: RequestReader, path: string) => `${path}${request.search}`

const fullUri = (request: RequestReader, path: string) =>
  `${request.scheme}://${request.host}${uri(request, path)}`

const byName = (pairs: readonly [string, string][]): ReadonlyMap<string, Value> => {
  const map = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const values = map.get(name)
    if (values === undefined) map.set(name, [value])
    else values.push(value)
  }
  return map
}

const args = (request: RequestReader) => parseArguments(request.target.query)

const everyOther = (flat: readonly string[], first: 0 | 1): string[] =>
  flat.filter((_, i) => i % 2 === first)

type FieldReader = (request: RequestReader) => Value | undefined

/** The query is the same before and after URL normalisation, which is about the path. */
const argumentFields = (prefix: string): Record<string, FieldReader> => ({
  [`${prefix}http.request.uri.query`]: ({ target }) => target.query,
  [`${prefix}http.request.uri.args`]: (request) => byName(args(request)),
  [`${prefix}http.request.uri.args.names`]: (request) => args(request).map(([name]) => name),
  [`${prefix}http.request.uri.args.values`]: (request) => args(request).map(([, value]) => value),
})

/**
 * The fields that a request itself gives, without its body. Fields of a header that is absent are '' (a visitor without
 * User-Agent has `http.user_agent eq ""`); only entries of maps can be missing.
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/
 */
export const requestFields: Readonly<Record<string, FieldReader>> = {
  'http.host': ({ host }) => host,
  'http.cookie': (request) => request.joined('cookie', '; ') ?? '',
  'http.referer': (request) => request.header('referer') ?? '',
  'http.user_agent': ({ userAgent }) => userAgent,
  'http.x_forwarded_for': (request) => request.joined('x-forwarded-for') ?? '',
  'http.request.method': ({ method }) => method,
  'http.request.version': ({ version }) => version,
  'http.request.timestamp.sec': ({ timeMs }) => Math.floor(timeMs / MS_PER_SECOND),
  'http.request.timestamp.msec': ({ timeMs }) => timeMs % MS_PER_SECOND,
  'http.request.uri': (request) => uri(request, request.path),
  'http.request.uri.path': ({ path }) => path,
  'http.request.uri.path.extension': ({ path }) => extensionOf(path),
  'http.request.full_uri': (request) => fullUri(request, request.path),
  ...argumentFields(''),
  'raw.http.request.uri': (request) => uri(request, request.target.path),
  'raw.http.request.uri.path': ({ target }) => target.path,
  'raw.http.request.uri.path.extension': ({ target }) => extensionOf(target.path),
  'raw.http.request.full_uri': (request) => fullUri(request, request.target.path),
  ...argumentFields('raw.'),
  'http.request.headers': ({ headers }) => headers,
  'http.request.headers.names': ({ rawHeaders }) => everyOther(rawHeaders, 0),
  'http.request.headers.values': ({ rawHeaders }) => everyOther(rawHeaders, 1),
  // The listener takes all headers or refuses the request: none is ever cut off.
  'http.request.headers.truncated': () => false,
  'http.request.cookies': (request) => parseCookies(request.joined('cookie', '; ') ?? ''),
  'http.request.accepted_languages': (request) =>
    acceptedLanguages(request.joined('accept-language') ?? ''),
  ssl: ({ scheme }) => scheme === 'https',
}
