// A part of what `node scripts/fuzz-wire.mjs` does with a million cases.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Parser, parsers, randomOf, wireProblem } from './wire.fixture.ts'

const CASES = 3_000
const { seed = 0 } = fc.readConfigureGlobal()

test.each(Object.entries(parsers))(
  '%s: no bytes throw, hang or depend on segments',
  (_, parser) => {
    const random = randomOf(seed)
    const problems: string[] = []
    const kinds = new Set<string>()
    for (let i = 0; i < CASES; i++) {
      const bytes = parser.make(random)
      kinds.add(/"kind":"(\w+)"/.exec(parser.text(bytes))?.[1] ?? 'hello')
      const problem = wireProblem(parser, bytes, random)
      if (problem !== undefined) problems.push(`${Buffer.from(bytes).toString('hex')}: ${problem}`)
    }
    expect(problems).toEqual([])
    // The cases reach every outcome.
    expect(kinds.size).toBe(4)
  }
)

const broken = (over: Partial<Parser>): Parser => ({ ...parsers.proxy, ...over })

test.each([
  [
    'throws',
    broken({
      text: () => {
        throw new Error('boom')
      },
    }),
    'threw Error: boom',
  ],
  ['wants more for ever', broken({ text: () => '{"kind":"more"}', limit: 3 }), 'beyond the limit'],
  ['looks at how much there is', broken({ text: (bytes) => String(bytes.length) }), 'in segments'],
  [
    'looks at the end',
    broken({ text: (bytes) => (bytes.length < 4 ? '{"kind":"more"}' : String(bytes.length)) }),
    'with more',
  ],
])('a parser that %s is detected', (_, parser, problem) => {
  expect(wireProblem(parser, Uint8Array.of(1, 2, 3, 4), randomOf(1))).toContain(problem)
})
