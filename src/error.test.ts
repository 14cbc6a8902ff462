import { describe, expect, test } from 'vitest'
import { EdgeError, messageOf } from './error.ts'

describe('EdgeError', () => {
  test('carries code, message, cause and diagnostics', () => {
    const cause = new Error('why')
    const error = new EdgeError('invalid_port', 'port 1', { cause, diagnostics: [] })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'EdgeError',
      code: 'invalid_port',
      message: 'port 1',
      cause,
      diagnostics: [],
    })
  })

  test('without a cause it has none, without diagnostics an empty list', () => {
    const error = new EdgeError('invalid_port', 'port 1')
    expect('cause' in error).toBe(false)
    expect(error.diagnostics).toEqual([])
  })

  test('a cause of null is kept', () => {
    expect(new EdgeError('invalid_port', '', { cause: null }).cause).toBe(null)
  })
})

test.each([
  [new TypeError('no function'), 'no function'],
  [new EdgeError('invalid_port', 'port 1'), 'port 1'],
  // As Node has it where every address of a name failed.
  [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new RangeError(), 'RangeError'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [{ message: 'no error' }, '[object Object]'],
  [Object.create(null), 'a thrown object without a message'],
])('the text of %o is %s', (error, text) => {
  expect(messageOf(error)).toBe(text)
})
