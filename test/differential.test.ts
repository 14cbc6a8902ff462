// The language against Cloudflare's open engine, on generated expressions. Longer by hand:
// FUZZ_CASES=1000000 FC_SEED=random npx vitest run test/differential.test.ts
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editedCases, validCases } from './differential/cases.ts'
import { difference } from './differential/compare.ts'
import { opinionOf } from './differential/oracle.ts'

const CASES = Number(process.env.FUZZ_CASES ?? 3_000)
const BATCH = 10_000
const MAX_SHOWN = 20
const TIMEOUT_MS = 60_000 + CASES * 5
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
])('%s expressions: the same verdict', { timeout: TIMEOUT_MS }, async (_, cases) => {
  const differences: string[] = []
  for (let done = 0; done < CASES && differences.length < MAX_SHOWN; done += BATCH) {
    const numRuns = Math.min(BATCH, CASES - done)
    for (const one of fc.sample(cases, { seed: seed + done, numRuns })) {
      const found = await difference(one)
      if (found !== undefined) differences.push(found)
    }
  }
  expect(differences.slice(0, MAX_SHOWN)).toEqual([])
})
