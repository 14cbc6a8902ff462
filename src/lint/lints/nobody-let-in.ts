import { parseCidr } from '../../lists/cidr.ts'
import type { IpRange } from '../../lists/ip.ts'
import { parseIp } from '../../lists/ip.ts'
import type { Lint } from '../lint-type.ts'
import { placeFrom } from '../place-from.ts'
import { isPrivate } from '../private-ranges.ts'
import { AccessProofs, accessOf, rangeOf as accessRangeOf } from '../proofs/access.ts'
import { meetingsOf, ofProduct } from '../sequences.ts'
import type { LintRule } from '../subject.ts'

/**
 * Parses an entry of a lockdown: an address, a network or `FIRST..LAST`. The loader has validated it.
 */
const rangeOf = (item: string): IpRange | undefined => {
  const [from, to] = item.split('..').map(parseIp)
  if (from !== undefined && to !== undefined) return { from, to }
  const read = parseCidr(item)
  return read.ok ? read.range : undefined
}

/**
 * Returns why no address of a network gets in: `'private'`, or the rules that block it. `undefined` if some address gets in.
 */
const outside = (range: IpRange, proofs: AccessProofs): 'private' | LintRule[] | undefined => {
  if (isPrivate(range)) return 'private'
  const counting = proofs.countingFor(range)
  const rules = counting && [...counting].map((place) => proofs.rules[place])
  const blocks = rules?.filter((rule) => rule?.draft.action === 'block')
  return blocks !== undefined && blocks.length === rules?.length
    ? blocks.flatMap((rule) => rule ?? [])
    : undefined
}

/** The lint does not run with more lockdowns than this. */
const MAX_LOCKDOWNS = 200

const document = (allow: string, more = '') => ({
  yaml: `lockdown:\n  - { name: staging, urls: shop.test/*, allow: ${allow} }\n${more}`,
})

export const nobodyLetIn: Lint = {
  code: 'nobody_let_in',
  severity: 'warning',
  title: 'a lockdown that lets nobody in',
  explanation:
    'A Zone Lockdown lets only the rule’s addresses in. Visitors of Cloudflare never have a private address: if all addresses are private, write\n' +
    'the public address of the office. If IP Access rules block all of the addresses, they do so before the lockdown: remove those rules, or\n' +
    'allow the addresses.',
  bad: [
    document('[10.0.0.0/8, "fd00::/8"]'),
    document('192.0.2.7', 'access:\n  - { name: a, block: 192.0.2.0/24 }\n'),
    document('192.0.2.0/24', 'access:\n  - { name: a, block: [192.0.2.0/25, 192.0.2.128/25] }\n'),
    document(
      '192.0.2.1..192.0.2.7',
      'access:\n  - { name: a, block: 192.0.2.0/24 }\n  - { name: b, allow: 198.51.100.7 }\n'
    ),
  ],
  good: [
    document('[10.0.0.0/8, 192.0.2.7]'),
    document('192.0.2.0/24', 'access:\n  - { name: a, block: 192.0.2.0/25 }\n'),
    document(
      '192.0.2.7',
      'access:\n  - { name: a, block: 192.0.2.0/24 }\n  - { name: b, managed_challenge: 192.0.2.7 }\n'
    ),
    document('192.0.2.7', 'access:\n  - { name: a, block: US }\n'),
    document(
      '192.0.2.0/24',
      'access:\n  - { name: a, block: 192.0.2.0/24 }\n  - { name: b, allow: 192.0.2.128 }\n'
    ),
    document(
      '192.0.2.0/24',
      'access:\n  - { name: a, block: 192.0.2.0/24 }\n  - { name: b, managed_challenge: 192.0.2.255 }\n'
    ),
    document(
      '192.0.2.7',
      'access:\n  - { name: a, block: 192.0.2.7 }\n  - { name: b, allow: AS64496 }\n'
    ),
    document(
      '192.0.2.7',
      'access:\n  - { name: a, block: 192.0.2.7 }\n  - { name: b, allow: DE }\n'
    ),
    document(
      '192.0.2.7',
      'access:\n  - { name: a, block: 192.0.2.7 }\n' +
        'zones:\n  - { name: shop.test, access: [{ name: c, allow: 192.0.2.7 }] }\n'
    ),
  ],
  rules: (subject, report) => {
    for (const { met, common, all } of meetingsOf(subject, (rules) => rules)) {
      const own = new Set(met.slice(common))
      const lockdowns = ofProduct(met, 'lockdown').filter((rule) => own.has(rule))
      if (lockdowns.length === 0 || lockdowns.length > MAX_LOCKDOWNS) continue
      const known = new Set(met)
      // A zone's rule may let in visitors that the document blocks, and so may a rule that allows their AS number or country.
      const lets = ofProduct(all, 'access').some(
        (rule) =>
          (rule.draft.action !== 'block' && !known.has(rule)) ||
          (rule.draft.action === 'allow' && accessRangeOf(accessOf(rule)) === undefined)
      )
      const proofs = new AccessProofs(lets ? [] : ofProduct(met, 'access'))
      for (const rule of lockdowns) {
        const { parts } = rule.draft
        if (parts?.product !== 'lockdown') continue
        const ranges = parts.allow.flatMap((item) => rangeOf(item) ?? [])
        const reasons = ranges.map((range) => outside(range, proofs))
        if (ranges.length < parts.allow.length || reasons.includes(undefined)) continue
        const blocking = [...new Set(reasons.flatMap((one) => (Array.isArray(one) ? one : [])))]
        const [first] = blocking
        const isPart = reasons.includes('private') || blocking.length > 1
        const why =
          first === undefined
            ? 'its addresses are private, and no visitor of Cloudflare has a private address'
            : `${placeFrom(rule, first)} blocks ${isPart ? 'some of its addresses, and the others stay out too' : 'all of its addresses'}`
        report(rule, {
          message: `this lets nobody in: ${why}`,
          help:
            first === undefined
              ? 'write public addresses'
              : 'remove the block, or allow the address',
        })
      }
    }
  },
}
