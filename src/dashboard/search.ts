import type { EventStore } from '../events/event.ts'
import { parseIp } from '../lists/ip.ts'
import { parseRay } from '../ray.ts'
import type { Rule } from '../rules/rule.ts'
import { hrefOf } from './look.ts'
import { raysIn } from './pasted.ts'

const MONTH = '30d'
const NETWORK = /^[\da-f.:]+\/\d{1,3}$/i
const ASN = /^AS ?(\d{1,10})$/i
const IN_TEXT =
  /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}(?::[\da-f]{0,4}){2,7})(?![\w.:]*\w)/gi

const where = (field: string, operator: 'is' | 'inNetwork', value: string) =>
  hrefOf('/events', { where: [{ field, operator, value }], since: MONTH })

const byName = (rules: readonly Rule[], text: string): Rule | undefined => {
  const wanted = text.toLowerCase()
  return rules.find(({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted)
}

/**
 * Returns the target of a text in the search box: a Ray ID, an address, a network, a rule, a saved error page with or
 * without its head, or a visitor's whole mail. If the text has several Ray IDs, the search uses the IDs in the store.
 * Two such IDs lead to a list of their events.
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
  const known: string[] = []
  for (const ray of rays) if ((await store.find(ray)).found) known.push(ray)
  if (known.length > 1) {
    return hrefOf('/events', {
      where: [{ field: 'ray', operator: 'in', value: known }],
      since: MONTH,
    })
  }
  if (known.length === 1) return `/events/${known[0]!}`
  if (rays.length > 0) return `/events/${rays[0]!}`
  // A mail without a Ray ID may contain the visitor's address.
  const ip = [...text.matchAll(IN_TEXT)].map(([one]) => one).find((one) => parseIp(one))
  if (ip !== undefined) return where('ip', 'is', ip)
  const words = text.split(/\s+/).join(' ').slice(0, 200)
  return hrefOf('/events', { text: words, since: MONTH })
}
