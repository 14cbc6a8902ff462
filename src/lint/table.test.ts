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

/** Examples whose fix is certain. */
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
    // What is mended still loads.
    expect(after.filter(({ code: one }) => !LINTS.some((lint) => lint.code === one))).toEqual([])
  })
})

/** Fixes that only write the same in another way. */
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

describe('words', () => {
  test.each([
    ['http.referer ne ".shop.test"', 'url_form', 'write `not http.referer contains ".shop.test"`'],
    ['starts_with(http.referer, ".shop.test")', 'url_form', 'write `contains ".shop.test"`'],
    [
      'ip.src.country ne "DE" and not cf.client.bot and ip.src.country ne "T1"',
      'country_allow_list',
      'name those that are welcome: `"XX"`, `and not starts_with(http.request.uri.path, "/.well-known/acme-challenge/")`',
    ],
  ])('of the fix of %s', (expression, code, message) => {
    const [finding] = found(expression).filter((one) => one.code === code)
    expect(finding?.fix?.message).toBe(message)
  })
})
