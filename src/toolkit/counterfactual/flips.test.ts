import { describe, expect, test } from 'vitest'
import { readPersonas } from '../../personas/personas.ts'
import { rulesFromObjects } from '../../rules/objects.ts'
import type { TrialRequest } from '../trial.ts'
import { createTrials } from '../trial.ts'
import { explicitRequest, trialRequest } from './explicit.ts'
import type { FlipOptions } from './flips.ts'
import { flipsOf } from './flips.ts'

const personas = readPersonas()
const trialsOf = (document: object) =>
  createTrials({ ruleset: rulesFromObjects([document]), personas })
const block = (expression: string, name = 'it') => ({ name, expression, action: 'block' })

/** `country: KP→US except IR,KP & path: …` for each flip. */
const flips = (document: object, request: TrialRequest, options?: FlipOptions) =>
  flipsOf(trialsOf(document), request, options).flips.map(({ changes }) =>
    changes
      .map(
        ({ attribute, from, to, values, except }) =>
          `${attribute} ${from}→${to}${values === undefined ? '' : ` of ${values.join(',')}`}${except === undefined || except.length === 0 ? '' : ` except ${except.join(',')}`}`
      )
      .join(' & ')
  )

describe('flips of a refusal', () => {
  test.each<[string, object, TrialRequest, string[]]>([
    [
      'a country',
      { rules: [block('ip.src.country in {"KP" "IR"}')] },
      { from: { country: 'KP' } },
      ['country KP→US except KP,IR'],
    ],
    [
      'a country that is not let in',
      { rules: [block('not ip.src.country in {"DE" "FR"}')] },
      { from: { country: 'US' } },
      ['country US→DE of DE,FR'],
    ],
    [
      'a continent',
      { rules: [block('ip.src.continent eq "EU"')] },
      { from: { country: 'DE' } },
      ['country DE→US'],
    ],
    [
      'a network and a path: one of them is enough',
      { rules: [block('ip.src.asnum eq 24940 and http.request.uri.path contains "/wp"')] },
      { url: 'https://a.test/wp-login.php', from: { asn: 24940 } },
      ['asn 24940→64496 except 24940', 'path /wp-login.php→/'],
    ],
    [
      'either of two rules: both have to change',
      { rules: [block('ip.src.asnum eq 24940'), block('http.user_agent contains "curl"', 'b')] },
      { headers: { 'User-Agent': 'curl/8' }, from: { asn: 24940 } },
      [
        'asn 24940→64496 except 24940 & user_agent curl/8→Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36',
      ],
    ],
    [
      'an exception before it',
      {
        rules: [
          { name: 'office', expression: 'ip.src in {192.0.2.0/24}', action: 'skip' },
          block('ip.src.country eq "DE"'),
        ],
      },
      { from: { ip: '198.51.100.1', country: 'DE' } },
      ['country DE→US except DE', 'ip 198.51.100.1→192.0.2.77'],
    ],
    [
      'an IP Access rule',
      { access: [{ block: 'KP' }, { allow: 'AS64500' }] },
      { from: { country: 'KP' } },
      ['country KP→US except KP', 'asn 0→64500 of 64500'],
    ],
    [
      'a header, a cookie, a query, a method, a fingerprint, a score',
      {
        rules: [
          block('any(http.request.headers["x-a"][*] eq "1")', 'a'),
          { name: 'key', expression: 'http.request.cookies["k"][0] eq "v"', action: 'skip' },
          block('http.request.uri.args["q"][0] eq "x"', 'b'),
        ],
      },
      { url: 'https://a.test/?q=x', headers: { 'X-A': '0' } },
      ['query ?q=x→', 'header:cookie null→k=v'],
    ],
    [
      'a bot score and a fingerprint',
      { rules: [block('cf.bot_management.score lt 30 and cf.bot_management.ja4 ne "t"')] },
      { from: { fields: { 'cf.bot_management.score': 2 } } },
      ['cf.bot_management.score 2→30', 'cf.bot_management.ja4 →t of t'],
    ],
    [
      'a challenge',
      { rules: [{ ...block('ip.src.country eq "DE"'), action: 'managed_challenge' }] },
      { from: { country: 'DE' } },
      ['country DE→US except DE', 'challenge null→pass'],
    ],
    [
      'User Agent Blocking, and a lockdown',
      {
        user_agents: [{ block: 'Bad/1' }],
        lockdown: [{ urls: 'a.test/wiki/*', allow: '192.0.2.1' }],
      },
      { url: 'https://a.test/wiki/x', from: { ip: '192.0.2.2' } },
      ['ip 192.0.2.2→192.0.2.1', 'path /wiki/x→/'],
    ],
    [
      'pairs that have one attribute in common',
      {
        rules: [
          block('ip.src.country eq "DE"'),
          block('ip.src.asnum eq 7 and http.request.method eq "POST"', 'b'),
        ],
      },
      { method: 'POST', from: { country: 'DE', asn: 7 } },
      [
        'country DE→US except DE & asn 7→64496 except 7',
        'country DE→US except DE & method POST→GET except POST',
      ],
    ],
    ['everybody is refused', { rules: [block('true')] }, {}, []],
  ])('%s', (_, document, request, expected) => {
    const found = flips(document, request)
    expect(found).toEqual(expected)
  })

  test('a request that passes is refused with the values that rules name', () => {
    expect(
      flips(
        {
          rules: [
            block(
              'http.request.uri.path matches "^/wp-(login|admin)" and http.request.method eq "POST"'
            ),
          ],
        },
        { url: '/' }
      )
    ).toEqual(['path /→/wp-login & method GET→POST of POST'])
  })

  test('the result lists irrelevant attributes, and states whether the search was complete', () => {
    const document = { rules: [block('ip.src.asnum eq 24940')] }
    expect(flipsOf(trialsOf(document), { from: { asn: 24940 } })).toMatchObject({
      irrelevant: ['country', 'ip', 'user_agent', 'path', 'query', 'method'],
      isComplete: true,
    })
    const wide = {
      rules: Array.from({ length: 4 }, (_, i) =>
        block(
          `cf.threat_score eq ${i} and ip.src.country eq "DE" and ip.src.asnum eq ${i} and http.request.method eq "POST"`,
          `r${i}`
        )
      ),
    }
    expect(flipsOf(trialsOf(wide), {}, { maxTrials: 3 }).isComplete).toBe(false)
  })

  test('the search examines the rules that matched among thousands, and reports that it is incomplete', () => {
    const rules = Array.from({ length: 1_500 }, (_, i) =>
      block(`ip.src.asnum eq ${i + 1} and http.request.uri.path eq "/${i}"`, `r${i}`)
    )
    const { flips: found, isComplete } = flipsOf(
      trialsOf({ rules }),
      { url: 'https://a.test/1400', from: { asn: 1_401 } },
      { maxChanges: 1, maxRules: 5 }
    )
    expect(found.map(({ changes }) => changes[0]!.attribute)).toEqual(['asn', 'path'])
    expect(isComplete).toBe(false)
  })

  test('every attribute of a persona can change', () => {
    const document = {
      rules: [block('ip.src.country eq "DE" and http.user_agent contains "curl"')],
    }
    expect(
      flips(document, { from: { as: 'curl-hetzner' } }).map((one) => one.split(' ')[0])
    ).toEqual(['country', 'user_agent'])
  })

  test('the caller can set the goal', () => {
    const document = {
      rules: [block('ip.src.country eq "KP"', 'a'), block('ip.src.asnum eq 1', 'b')],
    }
    const from = { country: 'KP', asn: 1 }
    expect(flips(document, { from }, { goal: ({ rule }) => rule?.name === 'b' })).toEqual([
      'country KP→US except KP',
    ])
  })
})

test('an explicit request gets the same verdict as its original', () => {
  const trials = trialsOf({
    rules: [
      block('http.user_agent contains "curl" and ip.src.country eq "DE"', 'a'),
      block('cf.bot_management.ja4 ne "" and http.request.version eq "HTTP/2"', 'b'),
      block('any(http.request.headers["accept-language"][*] contains "de")', 'c'),
      block('ip.src.asnum in {24940 16509} or ip.src.city eq "Paris"', 'd'),
    ],
  })
  for (const as of personas.names) {
    const request = { url: 'https://a.test/x?y', from: { as } }
    const trial = trials.run(request)
    const again = trials.run(trialRequest(explicitRequest(trial, request)))
    expect([as, again.rule?.name]).toEqual([as, trial.rule?.name])
  }
})
