import { expect, test } from 'vitest'
import { parseArguments } from './command.ts'
import { anonymizeIpOf, eventOptions } from './event-flags.ts'
import { serve } from './serve.ts'

const optionsOf = (...argv: string[]) => eventOptions(parseArguments(serve, argv))

test('flags are options of the store', () => {
  expect(
    optionsOf(
      '--durability',
      'flush',
      '--on-store-failure',
      'hold',
      '--keep-days',
      '7',
      '--keep-mb',
      '50'
    )
  ).toEqual({
    durability: 'flush',
    onStoreFailure: 'hold',
    maxAgeDays: 7,
    maxBytes: 50_000_000,
  })
  expect(optionsOf()).toEqual({})
})

test.each([
  [[], {}, undefined],
  [['--anonymize-ip', 'truncate'], {}, 'truncate'],
  [
    ['--anonymize-ip', 'hash'],
    { EDGE1020_IP_KEY: '0123456789abcdef' },
    { key: '0123456789abcdef' },
  ],
])('%j with %j keeps addresses as %j', (argv, env, expected) => {
  expect(anonymizeIpOf(parseArguments(serve, argv), env)).toEqual(expected)
})

test.each([
  [['--anonymize-ip', 'hide'], {}, '--anonymize-ip "hide": expected one of truncate, hash'],
  [
    ['--anonymize-ip', 'hash'],
    { EDGE1020_IP_KEY: 'short' },
    'needs a key of at least 16 characters',
  ],
])('%j with %j is wrong usage', (argv, env, message) => {
  expect(() => anonymizeIpOf(parseArguments(serve, argv), env)).toThrow(
    expect.objectContaining({ code: 'wrong_usage', message: expect.stringContaining(message) })
  )
})

test.each([
  [['--durability', 'always'], '--durability "always": expected one of commit, flush, memory'],
  [['--on-store-failure', 'x'], '--on-store-failure "x": expected one of refuse-anyway, hold'],
  [['--keep-days', '0'], '--keep-days "0": expected a whole number from 1 to 36500'],
  [['--keep-mb', '1.5'], '--keep-mb "1.5": expected a whole number from 1 to 1000000000'],
  [
    ['--store', 'memory', '--keep-days', '7'],
    '--keep-days needs a store that outlives the edge, not --store memory',
  ],
])('%j is wrong usage', (argv, message) => {
  expect(() => optionsOf(...argv)).toThrow(
    expect.objectContaining({ code: 'wrong_usage', message })
  )
})
