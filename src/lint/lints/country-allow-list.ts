import type { RootNode } from '../../language/ast.ts'
import type { Value } from '../../language/types.ts'
import type { Part } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { signedComparisons } from '../polarity.ts'
import { hostsTaken, STOPS } from '../site-requests.ts'
import type { Written } from '../subject.ts'

const COUNTRY = 'ip.src.country'
/** Returns the comparisons that are true for all countries except those listed. */
const exclusions = (root: RootNode): Part[] =>
  signedComparisons(root).flatMap(({ node, isNegated }) => {
    const { left, operator, start, end } = node
    const excludes =
      operator === 'ne' ? !isNegated : (operator === 'in' || operator === 'eq') && isNegated
    const isOfCountry = left.kind === 'field' && left.name === COUNTRY
    return isOfCountry && excludes ? [{ start, length: end - start }] : []
  })

interface Stopped {
  readonly who: string
  /** The condition that lets them in. */
  readonly write: string
  readonly request: Readonly<Record<string, Value>>
}

const STOPPED: readonly Stopped[] = [
  {
    who: 'visitors from an unknown country (`XX`)',
    write: '`"XX"`',
    request: { [COUNTRY]: 'XX' },
  },
  { who: 'Tor (`T1`)', write: '`"T1"`', request: { [COUNTRY]: 'T1' } },
  {
    who: 'verified bots such as search engines',
    write: '`and not cf.client.bot`',
    request: {
      [COUNTRY]: 'XX',
      'cf.client.bot': true,
      'cf.bot_management.verified_bot': true,
      'cf.verified_bot_category': 'Search Engine Crawler',
    },
  },
  {
    who: 'certificate validation (`/.well-known/acme-challenge/`)',
    write: '`and not starts_with(http.request.uri.path, "/.well-known/acme-challenge/")`',
    request: {
      [COUNTRY]: 'XX',
      'http.request.uri': '/.well-known/acme-challenge/token',
      'http.request.uri.path': '/.well-known/acme-challenge/token',
    },
  },
]

/** User-assigned in ISO 3166-1: no country has this code, so no rule names it. */
const OTHER = 'ZZ'

const isStopped = (written: Written, values: Stopped['request']): boolean =>
  hostsTaken(written, values).length > 0

export const countryAllowList: Lint = {
  code: 'country_allow_list',
  severity: 'warning',
  title: 'a country allow-list that also stops visitors without a country',
  explanation:
    'A rule that blocks all countries except some blocks more than foreign visitors. It also stops visitors from an unknown country (`XX`) and from\n' +
    'Tor (`T1`), search engines, which crawl from abroad, and certificate authorities that validate the origin’s own certificate. Exempt those\n' +
    'that you want to let in:\n' +
    '\n' +
    '```\n' +
    'not ip.src.country in {"DE" "AT" "XX"} and not cf.client.bot and not starts_with(http.request.uri.path, "/.well-known/acme-challenge/")\n' +
    '```\n' +
    '\n' +
    'The lint ignores rules for one part of the site, such as a login page. To keep a rule as it is, write\n' +
    '`# edge1020-ignore country_allow_list: reason`.',
  bad: [
    'not ip.src.country in {"DE" "AT"}',
    'http.host eq "shop.test" and ip.src.country ne "DE"',
    'not (ip.src.country eq "DE" or ssl) or ip.src.country ne "DE"',
  ],
  good: [
    'not ip.src.country in {"DE" "XX" "T1"} and not cf.client.bot and not starts_with(http.request.uri.path, "/.well-known/acme-challenge/")',
    'ip.src.country in {"DE" "AT"}',
    'http.request.uri.path eq "/login" and ip.src.country ne "DE"',
  ],
  expression: (written, report) => {
    const { rule, role, root } = written
    if (role !== 'expression' || !STOPS.has(rule.draft.action ?? '')) return
    const [part] = exclusions(root)
    if (part === undefined || !isStopped(written, { [COUNTRY]: OTHER })) return
    const stopped = STOPPED.filter(({ request }) => isStopped(written, request))
    const who = stopped.map((one) => one.who)
    if (who.length === 0) return
    const last = who.at(-1)
    const all = who.length === 1 ? last : `${who.slice(0, -1).join(', ')} and ${last}`
    report({
      part,
      message: `this country allow-list also stops ${all}`,
      help: `exempt the visitors that you want to let in: ${stopped.map(({ write }) => write).join(', ')}`,
    })
  },
}
