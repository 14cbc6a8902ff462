import { expect, test } from 'vitest'
import { actionNames, actions, isAction } from './actions.ts'

test('what each action does', () => {
  expect(actions).toEqual({
    block: { ends: true, answers: true },
    log: { ends: false, answers: false },
    skip: { ends: true, answers: false },
    managed_challenge: { ends: true, answers: true },
    js_challenge: { ends: true, answers: true },
    challenge: { ends: true, answers: true },
    allow: { ends: true, answers: false },
  })
  expect(actionNames.slice(0, 3)).toEqual(['block', 'log', 'skip'])
})

test('one that answers also ends', () => {
  for (const name of actionNames) {
    const { ends, answers } = actions[name]
    expect(ends || !answers).toBe(true)
  }
})

test.each(['block', 'log', 'skip'])('%s is an action', (text) => expect(isAction(text)).toBe(true))
test.each(['', 'Block', 'deny', 'toString', '__proto__'])('%j is none', (text) =>
  expect(isAction(text)).toBe(false)
)
