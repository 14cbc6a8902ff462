// edge1020/testing: calls that are refused, each with its reason.
import type { TestEdge } from 'edge1020/testing'
import { createTestEdge } from 'edge1020/testing'
import { describe, expect, test } from 'vitest'
import { failureOf, open } from './testing-edges.ts'

describe('mistakes', () => {
  const CASES: [string, (edge: TestEdge) => unknown, string][] = [
    [
      'an option',
      () => createTestEdge({ rule: [] } as never),
      'createTestEdge: option "rule" is not known: did you mean rules?',
    ],
    [
      'an option of a call',
      (edge) => edge.blockNext({ cod: 1 } as never),
      'blockNext: option "cod" is not known: did you mean code?',
    ],
    [
      'a code',
      (edge) => edge.blockNext({ code: 1202.5 }),
      'blockNext: code: there is no error 1202.5 here: ',
    ],
    ['a code that is near', (edge) => edge.blockNext({ code: 10200 }), 'did you mean 1020?'],
    [
      'a text as code',
      (edge) => edge.blockNext({ code: '1020' as never }),
      'blockNext: code: "1020": expected a number such as 1020',
    ],
    [
      'a code of the origin',
      (edge) => edge.blockNext({ code: 522 }),
      'blockNext: code: 522 is an error of the origin: expected originDown(522) for it',
    ],
    [
      'a refusal of the origin',
      (edge) => edge.originDown(1020),
      'originDown: code: there is no error 1020 here: ',
    ],
    [
      'times',
      (edge) => edge.dropNext({ times: 0 }),
      'dropNext: times: 0: expected a whole number from 1 to 1000000',
    ],
    [
      'Retry-After',
      (edge) => edge.limitNext({ retryAfter: -1 }),
      'limitNext: retryAfter: -1: expected a whole number from 1 to 31536000',
    ],
    [
      'a code of a limit',
      (edge) => edge.limitNext({ code: 1020 } as never),
      'limitNext: option "code" is not known: ',
    ],
    [
      'a challenge',
      (edge) => edge.challengeNext({ action: 'chalenge' as never }),
      'challengeNext: action: "chalenge": did you mean challenge?',
    ],
    [
      'two conditions',
      (edge) => edge.blockNext({ when: { path: '/' }, expression: 'ssl' }),
      'expected when or expression, not both',
    ],
    ['a condition', (edge) => edge.blockNext({ when: { pth: '/' } }), 'did you mean `path`?'],
    [
      'a condition on bodies',
      (edge) => edge.blockNext({ expression: 'http.request.body.raw contains "x"' }),
      'expected a condition that reads no body',
    ],
    [
      'a script',
      (edge) => edge.script([] as never),
      "script: []: expected a list of answers, e.g. [1015, 1015, 'pass']",
    ],
    [
      'a step',
      (edge) => edge.script([1015, 'blok' as never]),
      'script, step 2: "blok": did you mean block?',
    ],
    [
      'an empty step',
      (edge) => edge.script([{}]),
      'script, step 1: {}: expected an answer or a code',
    ],
    [
      'a persona',
      (edge) => edge.as('tor-exti'),
      'as: there is no persona "tor-exti": did you mean tor-exit',
    ],
    [
      'a fact',
      (edge) => edge.as({ contry: 'DE' } as never),
      'as: option "contry" is not known: did you mean country?',
    ],
    [
      'a host',
      (edge) => edge.intercept('shop example'),
      'intercept: "shop example": expected a host',
    ],
    ['no host', (edge) => edge.intercept(), 'at least one host'],
    [
      'rules',
      (edge) => edge.use([{ name: 'x', when: {}, action: 'blok' }]),
      'did you mean `block`?',
    ],
    ['no rules', (edge) => edge.use('x' as never), 'use: "x": expected a list of rules'],
    [
      'a wait',
      (edge) => edge.waitForEvent({ rul: 'x' } as never),
      'waitForEvent: option "rul" is not known: did you mean rule?',
    ],
    [
      'a type in a wait',
      (edge) => edge.waitForEvent({ asn: '1' as never }),
      'waitForEvent: asn: "1": expected a number',
    ],
    [
      'a timeout',
      (edge) => edge.waitForEvent({}, { timeoutMs: -1 }),
      'waitForEvent: timeoutMs: -1: expected milliseconds',
    ],
    ['the clock', (edge) => edge.clock.advance(-1), 'clock.advance(-1): expected milliseconds'],
    [
      'a date',
      () => createTestEdge({ clock: 'yesterday' }),
      'createTestEdge: clock: "yesterday": expected \'real\', or a date',
    ],
    [
      'a seed',
      () => createTestEdge({ seed: 0.5 }),
      'createTestEdge: seed: 0.5: expected a whole number',
    ],
    [
      'an origin',
      () => createTestEdge({ origin: 7 as never }),
      'createTestEdge: origin: 7: expected a URL, a function',
    ],
    ['a URL', () => createTestEdge({ origin: 'localhost:3000' }), 'localhost:3000'],
    [
      'a handler of node:http as origin',
      () => createTestEdge({ origin: ((_request: unknown, _response: unknown) => {}) as never }),
      'expected app for a handler of node:http',
    ],
    [
      'two origins',
      () => createTestEdge({ origin: 'http://a.test', app: () => {} }),
      'expected origin or app, not both',
    ],
    [
      'an app',
      () => createTestEdge({ app: 'x' as never }),
      'createTestEdge: app: "x": expected a handler',
    ],
    [
      'listen',
      () => createTestEdge({ listen: 'no' as never }),
      'createTestEdge: listen: "no": expected true or false',
    ],
    [
      'a store',
      () => createTestEdge({ store: 'none' } as never),
      'createTestEdge: option "store" is not known',
    ],
    [
      'a page',
      (edge) => edge.route({} as never, '**'),
      'route: {}: expected a page or a context of Playwright',
    ],
  ]
  test.each(CASES)('%s', async (_, call, message) => {
    const edge = await open()
    const error = await failureOf(() => call(edge))
    expect(error.name).toBe('EdgeError')
    expect(error.message).toContain(message)
    // A call that failed has changed nothing.
    expect((await edge.fetch('/')).status).toBe(200)
  })
})
