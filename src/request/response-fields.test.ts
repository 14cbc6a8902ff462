import { describe, expect, test } from 'vitest'
import { responseFields, responseScore } from './response-fields.ts'

const RESPONSE = {
  status: 404,
  headers: ['Content-Type', 'Text/HTML; charset=utf-8', 'Set-Cookie', 'a=1', 'SET-COOKIE', 'b=2'],
}

describe('the fields of a response', () => {
  test.each([
    ['http.response.code', 404],
    ['http.response.content_type.media_type', 'text/html'],
    ['http.response.headers.names', ['Content-Type', 'Set-Cookie', 'SET-COOKIE']],
    ['http.response.headers.values', ['Text/HTML; charset=utf-8', 'a=1', 'b=2']],
    ['http.response.headers.truncated', false],
  ])('%s is %j', (name, value) => {
    expect(responseFields[name]!(RESPONSE)).toEqual(value)
  })

  test.each(['http.response.headers', 'raw.http.response.headers'])(
    '%s has all values of a header under its lower-case name',
    (name) => {
      expect(responseFields[name]!(RESPONSE)).toEqual(
        new Map([
          ['content-type', ['Text/HTML; charset=utf-8']],
          ['set-cookie', ['a=1', 'b=2']],
        ])
      )
    }
  )

  test('of one without a type say so', () => {
    const bare = { status: 204, headers: [] }
    expect(responseFields['http.response.content_type.media_type']!(bare)).toBe('')
  })
})

describe('a score', () => {
  test.each([
    ['1', 1],
    [' 400 ', 400],
    ['1000000', 1_000_000],
    ['1000001', 0],
    ['9999999', 0],
    ['12345678', 0],
    ['0', 0],
    ['-5', 0],
    ['1.5', 0],
    ['1e3', 0],
    ['0x10', 0],
    ['007', 0],
    ['', 0],
    ['many', 0],
  ])('%j is %i', (text, score) => {
    expect(responseScore({ status: 200, headers: ['My-Score', text] }, 'my-score')).toBe(score)
  })

  test('that is absent is none', () => {
    expect(responseScore({ status: 200, headers: ['other', '5'] }, 'my-score')).toBe(0)
  })
})
