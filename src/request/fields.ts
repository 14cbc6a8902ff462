import type { Value } from '../language/types.ts'
import { bodies } from './bodies.ts'
import type { Part } from './body.ts'
import { grouped } from './body.ts'
import { parseCookies } from './cookies.ts'
import { acceptedLanguages } from './languages.ts'
import type { RequestReader } from './request.ts'
import { extensionOf } from './url.ts'

const MS_PER_SECOND = 1_000

const uri = ({ search }: RequestReader, path: string) => `${path}${search}`

const fullUri = (request: RequestReader, host: string, path: string) =>
  `${request.scheme}://${host}${uri(request, path)}`

const names = (flat: readonly string[]) => flat.filter((_, i) => i % 2 === 0)
const values = (flat: readonly string[]) => flat.filter((_, i) => i % 2 === 1)

export type FieldReader = (request: RequestReader) => Value | undefined

/** The query is the same before and after URL normalisation, which is about the path. */
const argumentFields = (prefix: string): Record<string, FieldReader> => ({
  [`${prefix}http.request.uri.query`]: ({ target }) => target.query,
  [`${prefix}http.request.uri.args`]: ({ args }) => grouped(args),
  [`${prefix}http.request.uri.args.names`]: ({ args }) => args.map(([name]) => name),
  [`${prefix}http.request.uri.args.values`]: ({ args }) => args.map(([, value]) => value),
})

/** One entry a part: none or one value. */
const ofParts =
  (key: Exclude<keyof Part, 'value'>): FieldReader =>
  ({ parts }) =>
    parts.map((part) => {
      const value = part[key]
      return value === undefined ? [] : [value]
    })

/**
 * Fields of the body, nothing of it decoded. Cloudflare reads up to a limit too.
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/?field-category=Body
 */
const bodyFields: Record<string, FieldReader> = {
  'http.request.body.raw': ({ body }) => body.bytes,
  'http.request.body.size': ({ body }) => body.size,
  'http.request.body.truncated': ({ body }) => body.isTruncated,
  'http.request.body.mime': ({ body }) => bodies.now.detectMime(body.bytes),
  'http.request.body.form': ({ form }) => grouped(form),
  'http.request.body.form.names': ({ form }) => form.map(([name]) => name),
  'http.request.body.form.values': ({ form }) => form.map(([, value]) => value),
  'http.request.body.multipart': ({ parts }) =>
    grouped(parts.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value]]))),
  'http.request.body.multipart.names': ofParts('name'),
  'http.request.body.multipart.values': ({ parts }) => parts.map(({ value }) => value),
  'http.request.body.multipart.filenames': ofParts('filename'),
  'http.request.body.multipart.content_types': ofParts('contentType'),
  'http.request.body.multipart.content_dispositions': ofParts('disposition'),
  'http.request.body.multipart.content_transfer_encodings': ofParts('transferEncoding'),
}

/**
 * The fields that a request itself gives. Fields of a header that is absent are '' (a visitor without
 * User-Agent has `http.user_agent eq ""`); only entries of maps and arrays can be missing.
 *
 * `http.host` has no port: Cloudflare's own rule for other ports is `http.host eq "www.example.com" and not
 * cf.edge.server_port in {80 443}`. It is lower case and has no dot
 * at its end, see `normalizeHostname`.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/
 */
export const requestFields: Readonly<Record<string, FieldReader>> = {
  'http.host': ({ hostname }) => hostname,
  'http.cookie': (request) => request.joined('cookie', '; ') ?? '',
  'http.referer': (request) => request.header('referer') ?? '',
  'http.user_agent': ({ userAgent }) => userAgent,
  'http.x_forwarded_for': (request) => request.joined('x-forwarded-for') ?? '',
  'http.request.method': ({ method }) => method,
  'http.request.version': ({ version }) => version,
  'http.request.timestamp.sec': ({ timeMs }) => Math.floor(timeMs / MS_PER_SECOND),
  'http.request.timestamp.msec': ({ timeMs }) => Math.floor(timeMs) % MS_PER_SECOND,
  'http.request.uri': (request) => uri(request, request.path),
  'http.request.uri.path': ({ path }) => path,
  'http.request.uri.path.extension': ({ path }) => extensionOf(path),
  'http.request.full_uri': (request) => fullUri(request, request.hostname, request.path),
  ...argumentFields(''),
  'raw.http.request.uri': (request) => uri(request, request.target.path),
  'raw.http.request.uri.path': ({ target }) => target.path,
  'raw.http.request.uri.path.extension': ({ target }) => extensionOf(target.path),
  'raw.http.request.full_uri': (request) =>
    fullUri(request, request.rawHostname, request.target.path),
  ...argumentFields('raw.'),
  'http.request.headers': ({ headers }) => headers,
  'http.request.headers.names': ({ rawHeaders }) => names(rawHeaders),
  'http.request.headers.values': ({ rawHeaders }) => values(rawHeaders),
  // The listener takes all headers or refuses the request: none is ever cut off.
  'http.request.headers.truncated': () => false,
  'http.request.cookies': (request) => parseCookies(request.joined('cookie', '; ') ?? ''),
  'http.request.accepted_languages': (request) =>
    acceptedLanguages(request.joined('accept-language') ?? ''),
  ...bodyFields,
  ssl: ({ scheme }) => scheme === 'https',
}
