import { describe, expect, test } from 'vitest'
import { evaluate, problemOf } from './evaluate.fixture.ts'

const uuid = (text: string) => evaluate('uuidv4(text)', { text })

describe('uuidv4', () => {
  test('has the form of a version 4 UUID, whatever the source', () => {
    for (let i = 0; i < 200; i++) {
      expect(uuid('\xff'.repeat(i))).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
      )
    }
  })

  test('is the same for the same source only', () => {
    expect(uuid('seed')).toBe(uuid('seed'))
    expect(uuid('seed')).not.toBe(uuid('other'))
    expect(evaluate('uuidv4(text)')).toBeUndefined()
  })

  test('takes no literal', () => {
    expect(problemOf('uuidv4("seed")')).toMatchObject({
      code: 'invalid_argument_kind',
      at: '"seed"',
    })
  })
})
