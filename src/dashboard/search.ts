import { identify } from '../client/identify.ts'
import type { EventStore } from '../events/event.ts'
import { parseIp } from '../lists/ip.ts'
import { parseRay } from '../ray.ts'
import type { Rule } from '../rules/rule.ts'
import { readSaved } from '../toolkit/saved-response.ts'
import { hrefOf } from './look.ts'

const MONTH = '30d'
/** Of a mail: the Ray IDs of one visitor, not of a log. */
const MAX_RAYS = 20
const RAY = /(?<![\da-f])[\da-f]{16}(?![\da-f])/gi
const NETWORK = /^[\da-f.:]+\/\d{1,3}$/i
const ASN = /^AS ?(\d{1,10})$/i
const IN_TEXT =
  /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}(?::[\da-f]{0,4}){2,7})(?![\w.:]*\w)/gi

const raysIn = (text: string): string[] => {
  // A saved page tells which of its texts is the Ray ID; a mail has it somewhere.
  const block = identify(readSaved(text))
  const found = [...text.matchAll(RAY)].map(([ray]) => ray.toLowerCase())
  return [...new Set([...(block?.rayId === undefined ? [] : [block.rayId]), ...found])].slice(
    0,
    MAX_RAYS
  )
}

const where = (field: string, operator: 'is' | 'inNetwork', value: string) =>
  hrefOf('/events', { where: [{ field, operator, value }], since: MONTH })

const byName = (rules: readonly Rule[], text: string): Rule | undefined => {
  const wanted = text.toLowerCase()
  return rules.find(({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted)
}

/**
 * Where a text leads that somebody put into the search box: a Ray ID, an address, a network, a rule, a saved error page with or
 * without its head, or the whole mail of a visitor. Of several Ray IDs the first that is known counts.
 *
 * @returns a path of the dashboard
 */
export const searchHref = async (
  given: string,
  store: Pick<EventStore, 'find'>,
  rules: readonly Rule[]
): Promise<string> => {
  const text = given.trim()
  if (text === '') return '/events'
  if (parseRay(text) !== undefined) return `/events/${encodeURIComponent(text)}`
  if (parseIp(text) !== undefined) return where('ip', 'is', text)
  if (NETWORK.test(text) && parseIp(text.split('/')[0]!) !== undefined) {
    return where('ip', 'inNetwork', text)
  }
  const asn = ASN.exec(text)?.[1]
  if (asn !== undefined) return where('asn', 'is', asn)
  const rule = byName(rules, text)
  if (rule !== undefined) return where('rule.id', 'is', rule.id)
  const rays = raysIn(text)
  for (const ray of rays) if ((await store.find(ray)).found) return `/events/${ray}`
  if (rays.length > 0) return `/events/${rays[0]!}`
  // A mail without a Ray ID may have the visitor's address.
  const ip = [...text.matchAll(IN_TEXT)].map(([one]) => one).find((one) => parseIp(one))
  if (ip !== undefined) return where('ip', 'is', ip)
  const words = text.split(/\s+/).join(' ').slice(0, 200)
  return hrefOf('/events', { text: words, since: MONTH })
}
