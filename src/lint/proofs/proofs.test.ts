// Checks that proofs are true: brute force over a value space never contradicts them, and they find most of what is true there.
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { customRuleScheme } from '../../language/defaults.ts'
import type { Context, Value } from '../../language/types.ts'
import { parseIp } from '../../lists/ip.ts'
import { Findings } from '../../rules/findings.ts'
import { draftsIn } from '../../rules/load.ts'
import { collectPlaces } from '../lint.ts'
import type { Judging } from '../sequences.ts'
import { sequencesOf } from '../sequences.ts'
import { subjectOf } from '../subject.ts'
import { Covering } from './covering.ts'
import { endsOf } from './ends.ts'
import { impossible, logicOf } from './logic.ts'
import { contextOf } from './model.ts'

const HOST = 'http.host'
const ASN = 'ip.src.asnum'
const IP = 'ip.src'
const HEADERS = 'http.request.headers'

const words = (letters: string, length: number): string[] =>
  length === 0
    ? ['']
    : words(letters, length - 1).flatMap((word) => [...letters].map((one) => word + one))

/** Long enough for any two literals in sequence, with a gap between them. */
const TEXTS = [0, 1, 2, 3, 4].flatMap((length) => words('abAB', length))
const NUMBERS: Value[] = [-1, ...Array.from({ length: 15 }, (_, i) => i)]
const ADDRESSES: Value[] = [
  '10.0.0.0',
  '10.0.0.1',
  '10.0.0.2',
  '10.0.0.3',
  '10.0.0.127',
  '10.0.0.128',
  '10.0.0.255',
  '10.0.1.0',
  '2001:db8::',
  '2001:db8::1',
  '9.9.9.9',
].map((text) => parseIp(text)!)
const subsets = ([first, ...rest]: readonly string[]): string[][] =>
  first === undefined ? [[]] : subsets(rest).flatMap((some) => [some, [first, ...some]])
const SHORT = [0, 1, 2, 3].flatMap((length) => words('ab', length))
const HEADER_VALUES: Value[] = [
  new Map(),
  ...[[], ...SHORT.map((text) => [text]), ...SHORT.map((text) => ['', text])].map(
    (texts) => new Map([['x', texts]])
  ),
  ...subsets(['a', 'b', 'aa', 'ab', 'ba', 'bb', 'bbab']).map((texts) => new Map([['x', texts]])),
]

const SPACES: Readonly<Record<string, readonly Value[]>> = {
  [HOST]: TEXTS,
  [ASN]: NUMBERS,
  [IP]: ADDRESSES,
  [HEADERS]: HEADER_VALUES,
  ssl: [true, false],
}

const literal = fc.constantFrom('a', 'b', 'ab', 'ba', 'aa', 'A', 'bb')
const small = fc.constantFrom('a', 'b', 'ab', 'ba', 'aa', 'bb')
const pattern = fc.constantFrom('a*', '*b', 'a*b', '*ab*', 'ab', 'b*a*', '*a*b*')
const number = fc.integer({ min: 0, max: 6 })

const onText = fc.oneof(
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'contains', 'contains', 'eq', 'lt'), literal)
    .map(([op, text]) => `${HOST} ${op} "${text}"`),
  fc
    .tuple(fc.constantFrom('starts_with', 'ends_with'), literal)
    .map(([name, text]) => `${name}(${HOST}, "${text}")`),
  fc
    .array(literal, { minLength: 1, maxLength: 3 })
    .map((texts) => `${HOST} in {${texts.map((text) => `"${text}"`).join(' ')}}`),
  fc
    .tuple(fc.constantFrom('wildcard', 'strict wildcard'), pattern)
    .map(([op, text]) => `${HOST} ${op} "${text}"`),
  fc
    .tuple(fc.constantFrom('eq', 'contains'), small)
    .map(([op, text]) => `lower(${HOST}) ${op} "${text}"`),
  fc
    .tuple(fc.constantFrom('lt', 'ge', 'eq'), fc.integer({ min: 0, max: 3 }))
    .map(([op, size]) => `len(${HOST}) ${op} ${size}`),
  fc
    .tuple(fc.constantFrom('eq', 'contains'), small)
    .map(([op, text]) => `substring(${HOST}, 1) ${op} "${text}"`),
  fc
    .tuple(fc.nat(2), small)
    .map(([from, text]) => `lower(substring(${HOST}, ${from})) eq "${text}"`),
  fc.integer({ min: 0, max: 3 }).map((size) => `len(substring(${HOST}, 1)) lt ${size}`),
  fc.constantFrom('^a', 'b$', '^ab$', 'a.b', 'ba').map((text) => `${HOST} matches "${text}"`)
)
const onNumber = fc.oneof(
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge'), number)
    .map(([op, value]) => `${ASN} ${op} ${value}`),
  fc.tuple(number, number).map(([from, more]) => `${ASN} in {${from}..${from + more} 7}`)
)
const onAddress = fc.oneof(
  fc
    .constantFrom(
      '10.0.0.0/24',
      '10.0.0.0/25',
      '10.0.0.128/25',
      '10.0.0.1',
      '10.0.0.0/30',
      '2001:db8::/32',
      '10.0.0.2..10.0.0.127'
    )
    .map((net) => `${IP} in {${net}}`),
  fc.constantFrom('10.0.0.1', '2001:db8::1').map((ip) => `${IP} eq ${ip}`)
)
const onHeader = fc.oneof(
  fc.constant(`len(${HEADERS}["x"][0]) ge 0`),
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'contains'), small)
    .map(([op, text]) => `${HEADERS}["x"][0] ${op} "${text}"`)
)
const onElements = fc
  .tuple(fc.constantFrom('eq', 'contains'), small)
  .map(([op, text]) => `any(${HEADERS}["x"][*] ${op} "${text}")`)

const KINDS = [onText, onNumber, onAddress, onHeader, onElements, fc.constant('ssl')]

const logic = (leaf: fc.Arbitrary<string>) =>
  fc.letrec<{ all: string }>((tie) => ({
    all: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc
        .tuple(tie('all'), fc.constantFrom(' and ', ' and ', ' or ', ' xor '), tie('all'))
        .map(([x, join, y]) => `(${x}${join}${y})`),
      tie('all').map((one) => `not (${one})`)
    ),
  })).all

const action = fc.constantFrom('block', 'block', 'skip', 'log', 'managed_challenge')
/** Rules over two kinds of conditions, to make interactions likely. */
const ruleSet = fc.subarray(KINDS, { minLength: 1, maxLength: 2 }).chain((kinds) =>
  fc.array(
    fc.record({
      expression: logic(fc.oneof(...kinds)),
      action,
      enabled: fc.integer({ min: 0, max: 7 }).map((one) => one > 0),
    }),
    { minLength: 2, maxLength: 4 }
  )
)

interface RuleText {
  readonly expression: string
  readonly action: string
  readonly enabled: boolean
}

const judgingOf = (rules: readonly RuleText[]) => {
  const { places, onExpression } = collectPlaces()
  const text = JSON.stringify({ rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })) })
  const findings = new Findings()
  const drafts = draftsIn([{ file: 'r.json', text }], findings, { onExpression })
  expect(findings.hasErrors).toBe(false)
  const subject = subjectOf(drafts, { places })
  return { subject, sequence: sequencesOf(subject)[0]! }
}

/** Returns every request in the space of the fields that the rules read. */
const requests = (rules: readonly Judging[]): Context[] => {
  const fields = [...new Set(rules.flatMap(({ written }) => written.expression.fields))]
  const rows = fields.reduce<Map<number, Value>[]>(
    (sofar, field) =>
      sofar.flatMap((row) =>
        SPACES[field]!.map((value) => new Map(row).set(customRuleScheme.slot(field), value))
      ),
    [new Map()]
  )
  return rows.map(contextOf)
}

const takes = ({ rule }: Judging, { rule: later }: Judging): boolean => {
  const { action: one } = rule.draft
  return (
    one === 'block' || one === 'skip' || (one === 'managed_challenge' && later.draft.action === one)
  )
}

const counts = { never: [0, 0], always: [0, 0], covered: [0, 0] }
type Count = keyof typeof counts
let isCounted = false

const compare = (kind: Count, isProved: boolean, isTrue: boolean, what: () => string) => {
  if (isProved && !isTrue) throw new Error(`${kind} is proved, and not true: ${what()}`)
  if (!isTrue || !isCounted) return
  counts[kind][0]!++
  if (isProved) counts[kind][1]!++
  else if (process.env.SHOW_MISSED !== undefined) console.log(`missed, ${kind}: ${what()}`)
}

const RUNS = Number(process.env.PROOF_RUNS ?? 300)
/**
 * The coverage threshold applies to the rule sets of this seed. Other rule sets are random and test only for truth.
 */
const SEED = 1020

describe('proofs', () => {
  test.each([SEED, undefined])(
    'are never contradicted by brute force, seed %s',
    (seed) => {
      fc.assert(
        fc.property(ruleSet, (texts) => {
          isCounted = seed === SEED
          const { subject, sequence } = judgingOf(texts)
          const logicOfAll = logicOf(subject)
          const { rules } = sequence
          const all = requests(rules)
          const truths = rules.map(({ written }) =>
            all.map((request) => written.expression.matches(request))
          )
          const covering = new Covering(rules, endsOf(rules, 0), logicOfAll)
          for (const [i, judging] of rules.entries()) {
            const what = () =>
              rules
                .slice(0, i + 1)
                .map((one) => `${one.rule.draft.action}: ${one.written.source}`)
                .join('\n')
            const formula = logicOfAll.of(judging.written.root)!
            const own = truths[i]!
            const isNever = !own.includes(true)
            compare('never', impossible([{ formula, isTrue: true }]) !== undefined, isNever, what)
            compare(
              'always',
              impossible([{ formula, isTrue: false }]) !== undefined,
              !own.includes(false),
              what
            )
            const earlier = rules
              .slice(0, i)
              .map((one, j) => ({ one, truth: truths[j]! }))
              .filter(({ one }) => takes(one, judging))
            const isCovered = own.every(
              (truth, request) => !truth || earlier.some((each) => each.truth[request])
            )
            // Everything is true of a rule that never matches.
            if (!isNever) compare('covered', covering.of(i) !== undefined, isCovered, what)
          }
        }),
        seed === undefined ? { numRuns: RUNS / 2 } : { numRuns: RUNS, seed }
      )
    },
    120_000
  )

  afterAll(() => {
    for (const [kind, [all = 0, found = 0]] of Object.entries(counts)) {
      console.log(
        `${kind}: ${found} of ${all} true ones are proved (${((100 * found) / all).toFixed(1)} %)`
      )
    }
  })

  test.each(Object.keys(counts) as Count[])('find at least 90 %% of what is %s true', (kind) => {
    const [all = 0, found = 0] = counts[kind]
    expect(all).toBeGreaterThan(10)
    expect(found / all).toBeGreaterThanOrEqual(0.9)
  })
})
