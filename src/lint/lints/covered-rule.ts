import type { Lint } from '../lint-type.ts'
import { placeFrom } from '../place-from.ts'
import type { Overruled } from '../proofs/access.ts'
import type { Covered } from '../proofs/covering.ts'
import { Covering } from '../proofs/covering.ts'
import { exampleOf, logicOf } from '../proofs/logic.ts'
import { isRepeated, overruledIn } from '../proofs/overruled.ts'
import { waysOf } from '../proofs/way.ts'
import { isSameRule } from '../same-rule.ts'
import type { Judging } from '../sequences.ts'
import type { LintRule } from '../subject.ts'

const VERBS: Readonly<Record<string, string>> = {
  allow: 'lets all of its visitors past the rules',
  block: 'blocks all of its requests',
  skip: 'skips the rules below for all of its requests',
}

/** Returns the names and places of rules as a list: `a (line 3) and b (line 7)`. */
const namesOf = (by: readonly LintRule[], from: LintRule): string => {
  const names = by.map((one) => placeFrom(from, one))
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const messageOf = ({ by }: Covered, { rule }: Judging): string => {
  const rules = by.map((one) => one.rule)
  const names = namesOf(rules, rule)
  if (by.length > 1) {
    return `no request reaches this rule: together ${names} take all of its requests`
  }
  const { action, parts } = rules[0]!.draft
  const isOfLimits = action === 'skip' && rule.draft.parts?.product === 'rateLimit'
  const verb = isOfLimits
    ? 'skips rate limiting for all of its requests'
    : parts?.product === 'lockdown'
      ? 'stops all of its requests'
      : (VERBS[action ?? ''] ?? 'challenges all of its requests')
  return `no request reaches this rule: ${names} ${verb}`
}

const MOST_NAMED = 3

/** For rules of IP Access, User Agent Blocking and Zone Lockdown. */
const overruledMessage = ({ rule, by }: Overruled): string => {
  const { parts } = rule.draft
  if (by.length > MOST_NAMED)
    return `${by.length} other rules take precedence for all of its addresses`
  const names = namesOf(by, rule)
  const verb = by.length === 1 ? 'takes precedence' : 'take precedence'
  if (parts?.product === 'lockdown') return `${names} ${verb} for all of its URLs`
  if (parts?.product === 'agent') return `${names} ${verb}: it has the same user agent`
  return by.every(({ draft }) => draft.action === 'allow')
    ? `${names} ${by.length === 1 ? 'lets' : 'let'} all of its visitors in`
    : `${names} ${verb} for all of its visitors`
}

const document = (first: string, second: string) => ({
  yaml: `rules:\n  - { name: first, ${first} }\n  - { name: second, ${second} }\n`,
})

/** Returns a document in which a custom rule follows rules of other products. */
const before = (others: string, expression: string) => ({
  yaml: `${others}\nrules:\n  - { name: later, action: block, expression: '${expression}' }\n`,
})

/** Returns a document in which a rate limit follows a custom rule. */
const limited = (action: string, more: string) => ({
  yaml:
    `rules:\n  - { name: a, action: ${action}, ${more}expression: ssl }\n` +
    'rate_limits:\n  - { name: later, expression: ssl and cf.client.bot, requests_per_period: 5, period: 60, action: block }\n',
})

/** Returns a document with a skip, a block and a rate limit, in this order. */
const limitedBehind = (more: string) => ({
  yaml:
    `rules:\n  - { name: a, action: skip, ${more}expression: cf.client.bot }\n  - { name: b, action: block, expression: ssl }\n` +
    'rate_limits:\n  - { name: c, expression: ssl, requests_per_period: 5, period: 60, action: block }\n',
})

export const coveredRule: Lint = {
  code: 'covered_rule',
  severity: 'error',
  title: 'a rule that no request reaches',
  explanation:
    'Earlier rules handle every request that this rule could match: they block it, or they skip the rest of the rules. The lint compares the\n' +
    'meaning of expressions, not their text: a rule for `192.0.2.0/24` covers one for `192.0.2.7`. Disabled rules cover nothing. `log` and a\n' +
    '`skip` of other phases cover nothing either. A challenge covers only rules with the same challenge. The finding includes a request that\n' +
    'both rules match, for `edge1020 eval`.\n' +
    '\n' +
    'Rules of other products count too. Visitors whom an IP Access rule allows or blocks never reach custom rules and rate limits. The same is\n' +
    'true for visitors whom User Agent Blocking or a Zone Lockdown stops. A request that a custom rule blocks never reaches a rate limit, and\n' +
    'neither does a request for which a custom rule skips rate limiting. Among IP Access rules, `allow` comes first, then the narrowest rule.\n' +
    'Among lockdowns, the lowest priority number comes first.',
  bad: [
    { yaml: 'access:\n  - { name: a, allow: 192.0.2.0/24 }\n  - { name: b, block: 192.0.2.7 }\n' },
    {
      yaml:
        'access:\n  - { name: a, block: [192.0.2.0/25, 192.0.2.128/25] }\n' +
        '  - { name: b, managed_challenge: 192.0.2.0/24 }\n',
    },
    { yaml: 'access:\n  - { name: a, block: AS64496 }\n  - { name: b, allow: AS64496 }\n' },
    {
      yaml: 'access:\n  - { name: a, block: AS64496 }\n  - { name: b, block: AS64496, page: waf }\n',
    },
    {
      yaml: 'user_agents:\n  - { name: a, block: Bad/1 }\n  - { name: b, managed_challenge: Bad/1 }\n',
    },
    {
      yaml:
        'lockdown:\n  - { name: a, urls: shop.test/x/*, allow: 192.0.2.7 }\n' +
        '  - { name: b, urls: shop.test/*, allow: 192.0.2.8, priority: 1 }\n',
    },
    before('access:\n  - { name: a, allow: 192.0.2.0/24 }', 'ip.src eq 192.0.2.7 and ssl'),
    before('access:\n  - { name: a, block: KP }', 'ip.src.country eq "KP" and ssl'),
    before('access:\n  - { name: a, block: KP }', 'ip.src.country eq "KP"'),
    {
      yaml:
        'rules:\n  - { name: a, action: block, expression: ssl }\n' +
        'rate_limits:\n  - { name: later, expression: ssl, requests_per_period: 5, period: 60, action: block }\n',
    },
    {
      // A rule with a different response is not a duplicate.
      yaml:
        'rules:\n  - { name: a, action: block, expression: ssl }\n' +
        '  - { name: b, action: block, expression: ssl, response: { status: 451, content: gone } }\n',
    },
    before('user_agents:\n  - { name: a, block: Bad/1 }', 'http.user_agent eq "Bad/1" and ssl'),
    before(
      'lockdown:\n  - { name: a, urls: shop.test/x/*, allow: 192.0.2.7 }',
      'http.host eq "shop.test" and starts_with(http.request.uri.path, "/x/") and ip.src eq 192.0.2.8'
    ),
    limited('block', ''),
    limited('skip', 'skip: { phases: [http_ratelimit] }, '),
    limited('skip', 'skip: { products: [rateLimit] }, '),
    // In the first document the skip is disabled; in the second it also skips rate limits. Either way, no request reaches the rate limit.
    limitedBehind('enabled: false, '),
    limitedBehind('skip: { ruleset: current, phases: [http_ratelimit] }, '),
    {
      yaml:
        'rules:\n  - { name: a, action: block, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: b, action: block, expression: ssl and cf.client.bot }\n',
    },
    document(
      'action: block, expression: "ip.src in {192.0.2.0/24}"',
      'action: block, expression: ip.src eq 192.0.2.7 and ssl'
    ),
    document(
      'action: skip, expression: \'http.request.uri.path contains "/api"\'',
      'action: block, expression: \'starts_with(http.request.uri.path, "/api/v1")\''
    ),
    {
      yaml:
        'rules:\n' +
        '  - { name: a, action: block, expression: ip.src.country eq "DE" }\n' +
        '  - { name: b, action: block, expression: ip.src.country eq "AT" }\n' +
        '  - { name: c, action: managed_challenge, expression: \'ip.src.country in {"AT" "DE"} and ssl\' }\n',
    },
  ],
  good: [
    // The narrower rule takes precedence, a passed challenge lets visitors through, and priority decides the order of lockdowns.
    {
      yaml: 'access:\n  - { name: a, block: 192.0.2.0/24 }\n  - { name: b, managed_challenge: 192.0.2.7 }\n',
    },
    {
      yaml: 'access:\n  - { name: a, block: 192.0.2.0/25 }\n  - { name: b, managed_challenge: 192.0.2.0/24 }\n',
    },
    { yaml: 'access:\n  - { name: a, allow: 192.0.2.7 }\n  - { name: b, block: 192.0.2.0/24 }\n' },
    { yaml: 'access:\n  - { name: a, allow: 192.0.2.6 }\n  - { name: b, block: 192.0.2.6/31 }\n' },
    {
      yaml:
        'lockdown:\n  - { name: a, urls: shop.test/x/*, allow: 192.0.2.7 }\n' +
        '  - { name: b, urls: shop.test/*, allow: 192.0.2.8 }\n',
    },
    before(
      'access:\n  - { name: a, block: 192.0.2.0/24 }\n  - { name: c, managed_challenge: 192.0.2.7 }',
      'ip.src eq 192.0.2.7 and ssl'
    ),
    before(
      'lockdown:\n  - { name: a, urls: shop.test/*, allow: 192.0.2.7 }\nuser_agents:\n  - { name: c, block: Bad/1 }',
      'http.user_agent eq "Bad/1" and ssl'
    ),
    before(
      'access:\n  - { name: a, block: KP }\n  - { name: c, managed_challenge: 192.0.2.7 }',
      'ip.src.country eq "KP" and ssl'
    ),
    {
      yaml:
        'user_agents:\n  - { name: a, block: Bad/1 }\n' +
        'rules:\n  - { name: b, action: skip, skip: { products: [uaBlock] }, expression: cf.client.bot }\n' +
        '  - { name: c, action: block, expression: \'http.user_agent eq "Bad/1" and ssl\' }\n',
    },
    before('access:\n  - { name: a, block: KP, enabled: false }', 'ip.src.country eq "KP" and ssl'),
    limited('skip', ''),
    limited('managed_challenge', ''),
    {
      // Requests that the first rule lets past the second still reach the zone's rules.
      yaml:
        'rules:\n  - { name: a, action: skip, expression: cf.client.bot }\n  - { name: b, action: block, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: c, action: block, expression: ssl and http.host eq "a.test" }\n',
    },
    // The zone has a different list with this name.
    {
      yaml:
        'lists: { office: [203.0.113.0/24] }\n' +
        'rules:\n  - { name: a, action: block, expression: ip.src in $office }\n' +
        'zones:\n  - name: a.test\n    lists: { office: [203.0.0.0/16] }\n' +
        '    rules:\n      - { name: b, action: block, expression: ip.src in $office and ssl }\n',
    },
    // A zone's rules also affect requests that the document's rules judge.
    {
      yaml:
        'user_agents:\n  - { name: a, block: Bad/1 }\n' +
        'rules:\n  - { name: b, action: block, expression: \'http.user_agent eq "Bad/1" and ssl\' }\n' +
        'zones:\n  - { name: a.test, lockdown: [{ urls: a.test/*, allow: 192.0.2.7 }] }\n',
    },
    {
      yaml:
        'access:\n  - { name: a, block: 192.0.2.0/24 }\n' +
        'rules:\n  - { name: b, action: block, expression: ip.src eq 192.0.2.7 and ssl }\n' +
        'zones:\n  - { name: a.test, access: [{ managed_challenge: 192.0.2.7 }] }\n',
    },
    {
      yaml:
        'access:\n  - { name: a, managed_challenge: 192.0.2.7 }\n' +
        'zones:\n  - name: a.test\n    access: [{ name: b, block: 192.0.2.0/24 }]\n' +
        '    rules: [{ name: c, action: block, expression: ip.src eq 192.0.2.7 and ssl }]\n',
    },
    // The skip lets requests past the block, and the rate limit counts them.
    limitedBehind(''),
    {
      // A skip in the document's rules does not skip the rules of a zone.
      yaml:
        'rules:\n  - { name: a, action: skip, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: b, action: block, expression: ssl and cf.client.bot }\n',
    },
    document('action: log, expression: ssl', 'action: block, expression: ssl and cf.client.bot'),
    document(
      'action: block, enabled: false, expression: ssl',
      'action: block, expression: ssl and cf.client.bot'
    ),
    document(
      'action: managed_challenge, expression: ssl',
      'action: block, expression: ssl and cf.client.bot'
    ),
    document(
      'action: skip, skip: { phases: [http_ratelimit] }, expression: ssl',
      'action: block, expression: ssl and cf.client.bot'
    ),
    document(
      'action: block, expression: ip.src eq 192.0.2.7',
      'action: block, expression: "ip.src in {192.0.2.0/24}"'
    ),
  ],
  rules: (subject, report) => {
    for (const { rules, asked, ends } of waysOf(subject)) {
      if (rules.length < 2) continue
      const covering = new Covering(rules, ends, logicOf(subject))
      for (const later of asked) {
        const judging = rules[later]!
        const covered = covering.of(later)
        if (covered === undefined) continue
        // `duplicate_rule` reports this.
        if (covered.by.length === 1 && isSameRule(covered.by[0]!, judging, subject)) continue
        report(judging.rule, {
          message: messageOf(covered, judging),
          example: exampleOf(judging.written, covered.values),
        })
      }
    }
    for (const overruled of overruledIn(subject)) {
      if (isRepeated(overruled)) continue
      report(overruled.rule, {
        message: `no request reaches this rule: ${overruledMessage(overruled)}`,
      })
    }
  },
}
