import type { SecurityEvent } from '../../events/event.ts'
import type { Trials } from '../trial.ts'
import type { ReadRequest } from './read.ts'

/** Fields that an event keeps; all other fields of the request are lost. */
const KEPT = new Set([
  'http.user_agent',
  'http.host',
  'http.request.method',
  'http.request.version',
  'http.request.full_uri',
  'ssl',
])
/** The value of a field with this prefix is in the event, or follows from it. */
const KEPT_PREFIX = /^(?:raw\.)?http\.request\.uri|^ip\.src|^cf\.bot_management\.ja[34]|^edge\./
const LOST = /^http\.|^cf\.(?:tls|bot_management\.js)/

/**
 * Returns the request of an event, as far as the event keeps it: no headers except the User-Agent, no cookies and no body.
 *
 * @example readEvent(event).request.url
 */
export const readEvent = (event: SecurityEvent): ReadRequest => {
  const { method, scheme, host, path, query, userAgent, protocol, ip, country, asn, ja3, ja4 } =
    event
  return {
    kind: 'raw',
    request: {
      method,
      url: `${scheme}://${host}${path}${query}`,
      headers: userAgent === '' ? [] : [['User-Agent', userAgent]],
      version: protocol,
      from: {
        ...(ip === '' ? {} : { ip }),
        country,
        asn,
        ...(ja3 === undefined ? {} : { ja3 }),
        ...(ja4 === undefined ? {} : { ja4 }),
      },
    },
    notes: ['the event keeps the User-Agent alone of all headers, no cookies and no body'],
  }
}

/** Returns one sentence for each enabled rule that reads fields that no event keeps. */
export const unjudged = ({ ruleset }: Pick<Trials, 'ruleset'>): string[] =>
  [ruleset, ...ruleset.zones.map(({ own }) => own)].flatMap(({ rules, rateLimits }) =>
    [...rules, ...rateLimits]
      .filter(({ enabled }) => enabled)
      .flatMap(({ name, expression }) => {
        const lost = expression.fields.filter(
          (field) => LOST.test(field) && !KEPT.has(field) && !KEPT_PREFIX.test(field)
        )
        return lost.length === 0
          ? []
          : [`"${name}" reads ${lost.join(', ')}, which the event does not keep`]
      })
  )
