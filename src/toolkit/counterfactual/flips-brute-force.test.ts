import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPersonas } from '../../personas/personas.ts'
import { rulesFromObjects } from '../../rules/objects.ts'
import { checkRequest } from '../check/check.ts'
import type { TrialRequest } from '../trial.ts'
import { createTrials } from '../trial.ts'
import type { Flip, FlipOptions } from './flips.ts'
import { flipsOf } from './flips.ts'

const personas = readPersonas()
const trialsOf = (document: object) =>
  createTrials({ ruleset: rulesFromObjects([document]), personas })
const _block = (expression: string, name = 'it') => ({ name, expression, action: 'block' })

/** `country: KP→US except IR,KP & path: …` for each flip. */
const _flips = (document: object, request: TrialRequest, options?: FlipOptions) =>
  flipsOf(trialsOf(document), request, options).flips.map(({ changes }) =>
    changes
      .map(
        ({ attribute, from, to, values, except }) =>
          `${attribute} ${from}→${to}${values === undefined ? '' : ` of ${values.join(',')}`}${except === undefined || except.length === 0 ? '' : ` except ${except.join(',')}`}`
      )
      .join(' & ')
  )

describe('brute force', () => {
  /** Every value of each attribute that the rules below can tell apart, and one more. */
  const DOMAIN = {
    country: ['DE', 'FR', 'KP', 'US'],
    asn: [0, 1, 2, 3, 4, 5],
    method: ['GET', 'POST', 'PUT'],
    path: ['/', '/a', '/b', '/xb', '/a/b', '/c'],
    user_agent: ['', 'curl', 'bot', 'curl bot', 'x'],
    'cf.threat_score': [0, 5, 10, 20],
    'cf.client.bot': [true, false],
    'header:x-k': [null, 'v', 'w'],
  } as const
  type Name = keyof typeof DOMAIN
  type Point = Record<Name, string | number | boolean | null>
  const NAMES = Object.keys(DOMAIN) as Name[]

  const requestOf = (point: Point): TrialRequest => ({
    method: String(point.method),
    url: `https://a.test${point.path}`,
    headers: [
      ...(point.user_agent === '' ? [] : [['User-Agent', String(point.user_agent)] as const]),
      ...(point['header:x-k'] === null ? [] : [['X-K', String(point['header:x-k'])] as const]),
    ],
    from: {
      ip: '192.0.2.1',
      country: String(point.country),
      asn: Number(point.asn),
      fields: {
        'cf.threat_score': point['cf.threat_score'],
        'cf.client.bot': point['cf.client.bot'],
      },
    },
  })

  const atom = fc.constantFrom(
    'ip.src.country eq "DE"',
    'ip.src.country in {"DE" "KP"}',
    'ip.src.country ne "FR"',
    'ip.src.asnum eq 2',
    'ip.src.asnum in {1..3}',
    'ip.src.asnum gt 3',
    'http.request.method eq "POST"',
    'http.request.uri.path contains "/a"',
    'http.request.uri.path eq "/b"',
    'http.request.uri.path contains "b"',
    'http.user_agent contains "curl"',
    'lower(http.user_agent) contains "bot"',
    'http.user_agent eq ""',
    'cf.threat_score ge 10',
    'cf.threat_score eq 5',
    'cf.client.bot',
    'any(http.request.headers["x-k"][*] eq "v")',
    'len(http.request.headers["x-k"]) gt 0'
  )
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 3, arbitrary: atom },
      {
        weight: 2,
        arbitrary: fc
          .tuple(tie('expression'), tie('expression'))
          .map(([x, y]) => `(${x} and ${y})`),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(tie('expression'), tie('expression')).map(([x, y]) => `(${x} or ${y})`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('expression'), tie('expression'))
          .map(([x, y]) => `(${x} xor ${y})`),
      },
      { weight: 1, arbitrary: tie('expression').map((x) => `not (${x})`) }
    ),
  }))
  const document = fc.record({
    rules: fc
      .array(
        fc.record({
          expression,
          action: fc.constantFrom('block', 'block', 'skip', 'log', 'managed_challenge'),
        }),
        { minLength: 1, maxLength: 4 }
      )
      .map((rules) => rules.map((rule, i) => ({ name: `r${i}`, ...rule }))),
    access: fc.subarray([{ block: 'KP' }, { allow: 'FR' }, { block: 'AS4' }]),
  })
  const point = fc.record(
    Object.fromEntries(NAMES.map((name) => [name, fc.constantFrom(...DOMAIN[name])]))
  ) as unknown as fc.Arbitrary<Point>

  /** All sets of up to `size` attributes, and of each all values. */
  const minimalSets = (
    trials: ReturnType<typeof trialsOf>,
    start: Point,
    size: number
  ): string[] => {
    const refused = trials.run(requestOf(start)).isRefused
    const found: Name[][] = []
    const flipsBy = (set: readonly Name[], changed: Point, place = 0): boolean => {
      const name = set[place]
      if (name === undefined) return trials.run(requestOf(changed)).isRefused !== refused
      return DOMAIN[name].some((value) => flipsBy(set, { ...changed, [name]: value }, place + 1))
    }
    const choose = (left: number, from: number, set: Name[]): void => {
      if (left === 0) {
        if (found.some((smaller) => smaller.every((name) => set.includes(name)))) return
        if (flipsBy(set, start)) found.push(set)
        return
      }
      for (let i = from; i < NAMES.length; i++) choose(left - 1, i + 1, [...set, NAMES[i]!])
    }
    for (let i = 1; i <= size; i++) choose(i, 0, [])
    return found.map((set) => [...set].sort().join('+')).sort()
  }

  const runs = Number(process.env.FLIP_RUNS ?? 150)

  /** The sets that a search finds, of attributes of the domain. */
  const setsOf = (found: readonly Flip[]): string[] =>
    found
      .filter(({ changes }) => changes.every(({ attribute }) => attribute in DOMAIN))
      .map(({ changes }) =>
        changes
          .map((one) => one.attribute)
          .sort()
          .join('+')
      )
      .sort()

  test('the attribution of a check equals the result of brute force', () => {
    const ALWAYS_VARIED: readonly Name[] = ['country', 'asn', 'method', 'path', 'user_agent']
    fc.assert(
      fc.property(document, point, (rules, start) => {
        const trials = trialsOf(rules)
        const options = { from: [{}], vantages: [] }
        const { attribution } = checkRequest(trials, requestOf(start), options)
        const isOfDomain = attribution?.flips.every(({ changes }) =>
          changes.every(({ attribute }) => attribute in DOMAIN)
        )
        // A passed challenge is none of the domain.
        if (attribution === undefined || isOfDomain !== true) return
        const sets = minimalSets(trials, start, 2).map((set) => set.split('+'))
        const fewest = Math.min(...sets.map(({ length }) => length))
        const smallest = sets.filter(({ length }) => length === fewest).flat()
        expect([...attribution.scope].sort()).toEqual([...new Set(smallest)].sort())
        expect(attribution.together ?? false).toBe(sets.length > 0 && fewest > 1)
        const relevant = new Set(sets.flat())
        expect(attribution.irrelevant.filter((name) => relevant.has(name))).toEqual([])
        expect(attribution.irrelevant).toEqual(
          expect.arrayContaining(ALWAYS_VARIED.filter((name) => !relevant.has(name)))
        )
      }),
      { numRuns: Math.ceil(runs / 3) }
    )
  })

  test('finds the same sets of three attributes', () => {
    fc.assert(
      fc.property(document, point, (rules, start) => {
        const trials = trialsOf(rules)
        const { flips: found, isComplete } = flipsOf(trials, requestOf(start), {
          maxChanges: 3,
          maxTrials: 1_000_000,
        })
        expect(isComplete).toBe(true)
        expect(setsOf(found)).toEqual(minimalSets(trials, start, 3))
      }),
      { numRuns: Math.ceil(runs / 30) }
    )
  })

  test('over all values of up to two attributes finds the same sets, and each flip flips', () => {
    fc.assert(
      fc.property(document, point, (rules, start) => {
        const trials = trialsOf(rules)
        const request = requestOf(start)
        const { flips: found, isComplete } = flipsOf(trials, request, { maxChanges: 2 })
        expect(isComplete).toBe(true)
        expect(setsOf(found)).toEqual(minimalSets(trials, start, 2))
        const { isRefused } = trials.run(request)
        for (const { changes } of found) {
          const changed: Record<string, unknown> = { ...start }
          if (changes.some(({ attribute }) => !(attribute in DOMAIN))) continue
          for (const { attribute, to } of changes)
            changed[attribute] = to ?? (attribute === 'user_agent' ? '' : null)
          expect(trials.run(requestOf(changed as Point)).isRefused).toBe(!isRefused)
        }
      }),
      { numRuns: runs }
    )
  })
})
