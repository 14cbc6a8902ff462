import { expect, test, vi } from 'vitest'
import type { Answer } from '../answers/answer.ts'
import type { Verdict } from '../verdict.ts'
import { answerRefused } from './answer-refused.ts'

const ANSWER: Answer = { status: 403, headers: {}, body: 'no' }

test('a refusal goes where the mount sends it', () => {
  const send = vi.fn(() => 'sent')
  expect(answerRefused({ answer: ANSWER } as Verdict, 'target', send)).toBe('sent')
  expect(send.mock.calls).toEqual([['target', ANSWER]])
})

test('a request that passes is the mount’s', () => {
  const send = vi.fn(() => 'sent')
  expect(answerRefused({} as Verdict, 'target', send)).toBeUndefined()
  expect(send).not.toHaveBeenCalled()
})
