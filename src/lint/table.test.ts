import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { scratch } from '../../test/cli.ts'
import { Findings } from '../rules/findings.ts'
import { draftsIn } from '../rules/load.ts'
import { withFixes } from './apply-fixes.ts'
import type { Finding } from './finding.ts'
import { collectPlaces, lint } from './lint.ts'
import type { FileExample, LintExample } from './lint-type.ts'
import { lintPaths } from './node/lint-paths.ts'
import { impossible, Logic } from './proofs/logic.ts'
import { subjectOf } from './subject.ts'
import { LINTS } from './table.ts'

/** A document with one custom rule. */
const documentOf = (expression: string): string =>
  JSON.stringify({ rules: [{ name: 'example', action: 'block', expression }] })

const folder = scratch()
afterAll(folder.remove)

const foundIn = ({ file, text }: FileExample): readonly Finding[] => {
  const dir = mkdtempSync(join(folder.dir, 'example-'))
  writeFileSync(join(dir, file), text)
  return lintPaths([dir]).findings
}

const found = (example: LintExample): readonly Finding[] => {
  if (typeof example !== 'string' && 'file' in example) return foundIn(example)
  const text = typeof example === 'string' ? documentOf(example) : example.yaml
  const plan = typeof example === 'string' ? undefined : example.plan
  return lint([{ file: 'rules.yaml', text }], { plan })
}
const shown = (example: LintExample) => {
  if (typeof example === 'string') return example
  return 'file' in example ? example.text : example.yaml
}

const rows = (kind: 'bad' | 'good') =>
  LINTS.flatMap((one) => one[kind].map((example) => [one.code, shown(example), example] as const))

test.each(rows('bad'))('%s finds %s', (code, _, example) => {
  expect(found(example).map((finding) => finding.code)).toContain(code)
})

test.each(rows('good'))('%s finds nothing in %s', (code, _, example) => {
  const findings = found(example)
  expect(findings.filter((finding) => finding.code === code)).toEqual([])
  // A good example that does not load would prove nothing.
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
})

/** Examples with a certain fix. */
const fixable = rows('bad').flatMap(([code, name, example]) => {
  if (typeof example !== 'string' && 'file' in example) return []
  const text = typeof example === 'string' ? documentOf(example) : example.yaml
  const own = found(example).filter((finding) => finding.code === code)
  const isFixable = own.length > 0 && own.every(({ fix }) => fix?.edits !== undefined)
  return isFixable ? [[code, name, text, own] as const] : []
})

describe('fixes', () => {
  test('are made by many lints', () => {
    expect(new Set(fixable.map(([code]) => code)).size).toBeGreaterThan(9)
  })

  test.each(fixable)('of %s mend %s', (code, _, text, own) => {
    const fixed = withFixes(text, own)
    expect(fixed.fixed).toBe(own.length)
    const after = lint([{ file: 'rules.yaml', text: fixed.text }])
    expect(after.filter((finding) => finding.code === code)).toEqual([])
    // The fixed text must still load.
    expect(after.filter(({ code: one }) => !LINTS.some((lint) => lint.code === one))).toEqual([])
  })
})

/** Fixes that do not change the meaning. */
const SAME_VERDICTS = new Set(['deprecated_field', 'repeated_item'])

const subjectIn = (text: string) => {
  const { places, onExpression } = collectPlaces()
  const drafts = draftsIn([{ file: 'rules.yaml', text }], new Findings(), { onExpression })
  return subjectOf(drafts, { places })
}

describe('verdicts', () => {
  const expressions = fixable.filter(([, name, text]) => text === documentOf(name))

  test.each(expressions)('%s changes no others than it promises in %s', (code, _, text, own) => {
    const before = subjectIn(text)
    const after = subjectIn(withFixes(text, own).text)
    const logic = new Logic()
    const [x, y] = [before, after].map(({ rules }) => logic.of(rules[0]!.written!.root)!)
    const isSame =
      impossible([
        { formula: x!, isTrue: true },
        { formula: y!, isTrue: false },
      ]) !== undefined &&
      impossible([
        { formula: x!, isTrue: false },
        { formula: y!, isTrue: true },
      ]) !== undefined
    expect(isSame).toBe(SAME_VERDICTS.has(code))
  })
})

describe('the table', () => {
  test('has each code once, in snake_case', () => {
    const codes = LINTS.map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
    expect(codes.filter((code) => !/^[a-z]+(?:_[a-z\d]+)*$/.test(code))).toEqual([])
  })

  test('has examples of both kinds for each lint', () => {
    expect(LINTS.filter(({ bad, good }) => bad.length === 0 || good.length === 0)).toEqual([])
  })

  test('has titles without a full stop and explanations of whole sentences', () => {
    expect(LINTS.filter(({ title }) => /[.A-Z]$|^[A-Z]/.test(title))).toEqual([])
    expect(LINTS.filter(({ explanation }) => !/[.]$/.test(explanation))).toEqual([])
  })
})

describe('rules beyond the bound are not looked at:', () => {
  const allowed = (count: number, more: string) =>
    `access:\n  - { name: a, allow: [${Array.from({ length: count }, (_, i) => `192.0.${i >> 8}.${i & 255}`)}] }\n${more}`
  const custom = 'rules:\n  - { name: b, action: block, expression: ip.src eq 192.0.0.1 and ssl }\n'
  test.each([
    ['512 networks within one', allowed(512, '  - { name: b, block: 192.0.0.0/23 }\n'), true],
    ['1024 networks within one', allowed(1_024, '  - { name: b, block: 192.0.0.0/22 }\n'), false],
    ['500 rules before the custom rules', allowed(500, custom), true],
    ['501 rules before the custom rules', allowed(501, custom), false],
  ])('%s', (_, yaml, isFound) => {
    const codes = found({ yaml }).map(({ code }) => code)
    expect(codes.includes('covered_rule')).toBe(isFound)
  })
})

describe('words', () => {
  test.each([
    ['http.referer ne ".shop.test"', 'url_form', 'write `not http.referer contains ".shop.test"`'],
    ['starts_with(http.referer, ".shop.test")', 'url_form', 'write `contains ".shop.test"`'],
    [
      'ip.src.country ne "DE" and not cf.client.bot and ip.src.country ne "T1"',
      'country_allow_list',
      'exempt the visitors that you want to let in: `"XX"`, `and not starts_with(http.request.uri.path, "/.well-known/acme-challenge/")`',
    ],
  ])('of the fix of %s', (expression, code, message) => {
    const [finding] = found(expression).filter((one) => one.code === code)
    expect(finding?.fix?.message).toBe(message)
  })

  const lockdown = 'lockdown:\n  - { name: l, urls: a.test/*, allow: 192.0.2.0/24 }\n'
  const four = [0, 64, 128, 192]
    .map((at) => `  - { name: a${at}, block: 192.0.2.${at}/26 }\n`)
    .join('')
  test.each([
    [
      `access:\n${four}  - { name: b, managed_challenge: 192.0.2.0/24 }\n`,
      'no request reaches this rule: 4 other rules take precedence for all of its addresses',
    ],
    [
      'access:\n  - { name: a, allow: 192.0.2.0/25 }\n  - { name: c, block: 192.0.2.128/25 }\n  - { name: b, managed_challenge: 192.0.2.0/24 }\n',
      'no request reaches this rule: `a` (line 2) and `c` (line 3) take precedence for all of its visitors',
    ],
    [
      'user_agents:\n  - { name: a, block: Bad/1 }\n  - { name: b, managed_challenge: Bad/1 }\n',
      'no request reaches this rule: `a` (line 2) takes precedence: it has the same user agent',
    ],
    [
      'rules:\n  - { name: a, action: skip, skip: { products: [rateLimit] }, expression: ssl }\n' +
        'rate_limits:\n  - { name: b, expression: ssl, requests_per_period: 5, period: 60, action: block }\n',
      'no request reaches this rule: `a` (line 2) skips rate limiting for all of its requests',
    ],
    [
      `${lockdown}access:\n  - { name: a, block: 192.0.2.0/24 }\n`,
      'this lets nobody in: `a` (line 4) blocks all of its addresses',
    ],
    [
      `${lockdown}access:\n  - { name: a, block: 192.0.2.0/25 }\n  - { name: b, block: 192.0.2.128/25 }\n`,
      'this lets nobody in: `a` (line 4) blocks some of its addresses, and the others stay out too',
    ],
  ])('about the rules of %s', (yaml, message) => {
    expect(found({ yaml }).map((one) => one.message)).toContain(message)
  })
})
