/** Fragment marks, white space, control characters: no request target has them, and servers interpret them differently. */
const UNSENDABLE = /[^\u0021-\u00ff]|#/
const ABSOLUTE_FORM = /^https?:\/\/([^/?]*)(.*)$/i
const DEFAULT_PORT = /:(?:80|443)?$/
/** `..` as a path segment, in every spelling that some server decodes: `%2e%2e`, `..%2f`, `..\`, `..;`. */
const PARENT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){2}(?:$|[/\\;]|%2f|%5c)/i

const sameAuthority = (one: string, other: string) =>
  one.toLowerCase().replace(DEFAULT_PORT, '') === other.toLowerCase().replace(DEFAULT_PORT, '')

/**
 * The path and query for the origin, or `undefined` if the target cannot be forwarded safely (answer 400).
 *
 * Absolute-form (RFC 9112 §3.2.2) becomes origin-form only if its authority equals the Host that the rules saw. Otherwise
 * the origin could serve another site than the one that the rules judged. `*`, authority-form and targets with a fragment
 * are refused. With a prefix, `..` segments are refused too, because they would leave it.
 *
 * @param target request target as received
 * @param host Host header as received
 * @param prefix path of the upstream without its trailing slash, '' if it has none
 * @example originTarget('/a?b', 'shop.test', '/app') // '/app/a?b'
 */
export const originTarget = (
  target: string,
  host: string | undefined,
  prefix: string
): string | undefined => {
  if (UNSENDABLE.test(target)) return undefined
  let path = target
  if (target.charCodeAt(0) !== 0x2f) {
    const [, authority, rest] = ABSOLUTE_FORM.exec(target) ?? []
    if (authority === undefined || rest === undefined) return undefined
    if (host !== undefined && !sameAuthority(authority, host)) return undefined
    path = rest.startsWith('/') ? rest : `/${rest}`
  }
  if (prefix === '') return path
  return PARENT_SEGMENT.test(path.split('?', 1)[0]!) ? undefined : prefix + path
}
