import type { SecurityEvent } from '../events/event.ts'
import { clock } from './format.ts'

/**
 * Quotes a text for a shell. A visitor's text cannot break out of the quotes, and no control character reaches a
 * terminal.
 */
const quoted = (text: string): string => {
  const inert = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')
  return `'${inert.replace(/'/g, "'\\''")}'`
}

/**
 * Returns the request as a command, without the parts that an event does not store (cookies, other headers, the body).
 */
export const asCurl = ({ method, scheme, host, path, query, userAgent }: SecurityEvent): string =>
  [
    'curl -i',
    // Without this option, curl would resolve the dots of a path.
    '--path-as-is',
    ...(method === 'GET' ? [] : [`-X ${quoted(method)}`]),
    userAgent === '' ? "-A ''" : `-A ${quoted(userAgent)}`,
    quoted(`${scheme}://${host}${path}${query}`),
  ].join(' ')

const FIELD_WORDS: Readonly<Record<string, string>> = {
  'ip.src': 'your address',
  'ip.src.country': 'your country',
  'ip.geoip.country': 'your country',
  'ip.src.asnum': 'your network',
  'ip.geoip.asnum': 'your network',
  'http.user_agent': 'the name that your browser or program gave itself',
  'http.request.uri.path': 'the page that you asked for',
  'http.request.method': 'the kind of request',
  'http.host': 'the host that you asked for',
}

/** Returns the facts that a visitor may know: the matched parts of the request, but not the rule's text. */
const reasons = ({ matched }: SecurityEvent): string => {
  const words = [...new Set(matched.map(({ field }) => FIELD_WORDS[field]).filter(Boolean))]
  return words.length === 0 ? 'something about your request' : words.join(' and ')
}

/** Returns an answer to the visitor's mail. It contains nothing that helps to bypass the rule. */
export const asMail = (event: SecurityEvent): string => `Subject: Your request ${event.ray}

Hello,

thank you for writing. On ${clock(event.time)} UTC our site refused a request from ${event.ip || 'your address'}
to ${event.host}${event.path}. A rule stopped it because of ${reasons(event)}.

We have looked at it. [Write here what you changed, or what the visitor can do.]

If it happens again, send us the new Ray ID.
`
