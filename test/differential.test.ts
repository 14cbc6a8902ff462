// The language against Cloudflare's open engine, on generated expressions. Longer by hand:
// node scripts/fuzz.mjs --cases 1000000 --seed 7
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editedCases, patternCases, validCases } from './differential/cases.ts'
import { difference } from './differential/compare.ts'
import { opinionOf } from './differential/oracle.ts'

const CASES = 3_000
const MAX_SHOWN = 20
const { seed = 0 } = fc.readConfigureGlobal()

const VALUES = { host: 'a', path: '/', ip: '192.0.2.1', header: '1', key: '', accented: '' }

test.each([
  ['http.host eq "a"', { accepted: true, matched: true }],
  ['http.host eq "b"', { accepted: true, matched: false }],
  ['local["none"] ne "a"', undefined],
  ['http.host eq', { accepted: false, message: expect.any(String) }],
])('the engine answers: %s', async (expression, opinion) => {
  expect(await opinionOf(expression, VALUES)).toEqual(opinion)
})

test.each([
  ['valid', validCases],
  ['damaged', editedCases],
  ['patterns', patternCases],
])('%s expressions: the same verdict', async (_, cases) => {
  const differences: string[] = []
  for (const one of fc.sample(cases, { seed, numRuns: CASES })) {
    const { outcome, text } = await difference(one)
    if (outcome === 'different') differences.push(text)
  }
  expect(differences.slice(0, MAX_SHOWN)).toEqual([])
})
