import { levelOf } from '../../challenges/level.ts'
import type { RequestContext } from '../../context.ts'
import { parseAsn } from '../../lists/asn.ts'
import { parseCidr } from '../../lists/cidr.ts'
import { compareIp, Ip } from '../../lists/ip.ts'
import type { AccessRule } from '../../rules/products/access.ts'
import type { Fate, Fates } from './fate.ts'
import { CLEARED, DISABLED, matchOf, NOT_MATCHED } from './fate.ts'

/** Equivalent to the rule's expression. Compiling thousands of expressions would cost too much. */
const isAbout = ({ target, value, expression }: AccessRule, context: RequestContext): boolean => {
  if (target === 'country') return context.field('ip.src.country') === value
  if (target === 'asn') return context.field('ip.src.asnum') === parseAsn(value)
  const read = parseCidr(value)
  const ip = context.field('ip.src')
  if (!read.ok) return expression.matches(context)
  return (
    ip instanceof Ip && compareIp(read.range.from, ip) <= 0 && compareIp(ip, read.range.to) <= 0
  )
}

export const accessFates: Fates = ({ ruleset, ruling, context }) => {
  const by = ruling.matches.at(-1)?.rule
  const outranked: Fate | undefined = by && {
    outcome: 'not-reached',
    reason: `"${by.name}" counts: ${by.action === 'allow' ? 'it allows' : 'it is narrower, or comes first'}`,
  }
  return ruleset.access.map((rule): Fate => {
    if (!rule.enabled) return DISABLED
    if (matchOf(ruling, rule) !== undefined) return { outcome: 'matched' }
    if (!isAbout(rule, context)) return NOT_MATCHED
    return outranked ?? (levelOf(rule.action) > 0 ? CLEARED : NOT_MATCHED)
  })
}
