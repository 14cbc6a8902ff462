import type { LogicalNode, RootNode } from '../../language/ast.ts'
import type { Value } from '../../language/types.ts'
import { children } from '../../language/walk.ts'
import type { Part } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { sampleRequest } from '../sample.ts'
import type { Written } from '../subject.ts'
import { testsOf } from '../written-tests.ts'

const COUNTRY = 'ip.src.country'
const STOPS: ReadonlySet<string> = new Set([
  'block',
  'managed_challenge',
  'js_challenge',
  'challenge',
])

/** The comparisons that are true of all countries but some. */
const exclusions = (node: RootNode | LogicalNode, isNegated = false): Part[] => {
  if (node.kind === 'compare') {
    const isOfCountry = node.left.kind === 'field' && node.left.name === COUNTRY
    const excludes =
      node.operator === 'ne' ? !isNegated : ['in', 'eq'].includes(node.operator) && isNegated
    return isOfCountry && excludes ? [{ start: node.start, length: node.end - node.start }] : []
  }
  const negates = node.kind === 'not'
  return children(node).flatMap((child) => exclusions(child as LogicalNode, negates !== isNegated))
}

interface Stopped {
  readonly who: string
  readonly request: Readonly<Record<string, Value>>
}

const STOPPED: readonly Stopped[] = [
  { who: 'visitors whose country is unknown (`XX`)', request: { [COUNTRY]: 'XX' } },
  { who: 'Tor (`T1`)', request: { [COUNTRY]: 'T1' } },
  {
    who: 'verified bots such as search engines',
    request: {
      [COUNTRY]: 'XX',
      'cf.client.bot': true,
      'cf.bot_management.verified_bot': true,
      'cf.verified_bot_category': 'Search Engine Crawler',
    },
  },
  {
    who: 'the validation of certificates (`/.well-known/acme-challenge/`)',
    request: {
      [COUNTRY]: 'XX',
      'http.request.uri': '/.well-known/acme-challenge/token',
      'http.request.uri.path': '/.well-known/acme-challenge/token',
    },
  },
]

/** Requests to the hosts that the expression names, and to another. */
const hostsOf = (written: Written): string[] => [
  'host.test',
  ...testsOf(written).flatMap(({ field, kind, text }) =>
    field === 'http.host' && (kind === 'eq' || kind === 'in') ? [text] : []
  ),
]

/** A country that no rule names: user-assigned, so that it is nobody's. */
const OTHER = 'ZZ'

const isStopped = (written: Written, values: Stopped['request']): boolean =>
  hostsOf(written).some((host) =>
    written.expression.matches(
      sampleRequest({
        'http.host': host,
        'http.request.method': 'GET',
        'http.request.version': 'HTTP/1.1',
        'http.request.uri': '/',
        'http.request.uri.path': '/',
        'http.user_agent': 'Mozilla/5.0',
        ssl: true,
        ...values,
      })
    )
  )

export const countryAllowList: Lint = {
  code: 'country_allow_list',
  severity: 'warning',
  title: 'a list of allowed countries that stops visitors without one',
  explanation:
    'A rule that stops all countries but some also stops visitors whose country is unknown (`XX`), Tor (`T1`), search engines, which crawl from\n' +
    'elsewhere, and the validation of certificates that the origin gets itself. Name those that are welcome:\n\n' +
    '```\nnot ip.src.country in {"DE" "AT" "XX"} and not cf.client.bot and not starts_with(http.request.uri.path, "/.well-known/acme-challenge/")\n```\n\n' +
    'Rules for a part of the site, such as a login page, are no finding. To keep a rule as it is write `# edge1020-ignore country_allow_list: reason`.',
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
    const { rule, role, root, source } = written
    if (role !== 'expression' || !STOPS.has(rule.draft.action ?? '')) return
    const [part] = exclusions(root)
    if (part === undefined || !isStopped(written, { [COUNTRY]: OTHER })) return
    const who = STOPPED.filter(({ request }) => isStopped(written, request)).map((one) => one.who)
    if (who.length === 0) return
    const last = who.at(-1)
    const all = who.length === 1 ? last : `${who.slice(0, -1).join(', ')} and ${last}`
    report({
      part,
      message: `a list of allowed countries also stops ${all}`,
      help: `name those that are welcome: ${source.includes('cf.client.bot') ? '' : '`and not cf.client.bot`, '}\`"XX"\``,
    })
  },
}
