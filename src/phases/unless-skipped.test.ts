import { describe, expect, test } from 'vitest'
import type { RequestContext } from '../context.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Phase, Ruling } from './phase.ts'
import { unlessSkipped } from './unless-skipped.ts'

const REFUSES: Ruling = { matches: [], ends: true, skips: 0 }
const AGENTS: Phase = {
  name: 'user-agents',
  source: 'uablock',
  fields: [],
  readsBody: false,
  run: () => REFUSES,
}
let made = 0
const rule = (action: string, skip?: object) => ({
  name: `${action} ${made++}`,
  expression: true,
  action,
  ...(skip && { skip }),
})
const UA = { products: 'uaBlock' }

/** Whether a zone's `skip` lets a request past User Agent Blocking. */
const isSkipped = (account: object[], zone: object[], level = 0): boolean => {
  const ruleset = rulesFromObjects([{ rules: [...account, ...zone] }])
  const context = { get: () => true, hasCleared: (one: number) => one > 0 && level >= one }
  const phase = unlessSkipped(AGENTS, 'user-agents', { ...ruleset, accountRules: account.length })
  return phase.run(context as unknown as RequestContext) === undefined
}

describe('a skip of a phase that comes earlier', () => {
  test.each<[string, object[], boolean]>([
    ['nothing', [], true],
    ['a log', [rule('log')], true],
    ['a skip of the account’s own rules', [rule('skip')], true],
    ['a skip of all rules', [rule('skip', { phases: 'current' })], false],
    ['a block', [rule('block')], false],
    ['a challenge', [rule('managed_challenge')], false],
    ['a block that no rule reaches', [rule('skip'), rule('block')], true],
  ])('below %s of the account', (_, account, expected) => {
    expect(isSkipped(account, [rule('skip', UA)])).toBe(expected)
  })

  test.each([
    [0, false],
    [1, false],
    [2, true],
    [3, true],
  ])('below a managed challenge, with a clearance of level %d', (level, expected) => {
    const challenge = rule('managed_challenge')
    expect(isSkipped([], [challenge, rule('skip', UA)], level)).toBe(expected)
    expect(isSkipped([challenge], [rule('skip', UA)], level)).toBe(expected)
    expect(isSkipped([challenge, rule('skip', UA)], [], level)).toBe(expected)
  })

  test('of the account counts, whatever the zone says', () => {
    expect(isSkipped([rule('skip', UA)], [rule('block')])).toBe(true)
  })
})
