import { describe, expect, test } from 'vitest'
import type { RequestBody } from './body.ts'
import { requestFields } from './fields.ts'
import { detectMime } from './mime.ts'
import { readRequest } from './request.ts'

const FORM = 'application/x-www-form-urlencoded'

const field = (
  name: string,
  contentType: string,
  bytes: string,
  rest: Partial<RequestBody> = {}
) => {
  const rawHeaders = contentType === '' ? [] : ['Content-Type', contentType]
  const request = readRequest(
    { method: 'POST', url: '/', rawHeaders, httpVersion: '1.1' },
    false,
    0
  )
  request.body = { bytes, size: bytes.length, isTruncated: false, ...rest }
  return requestFields[`http.request.body.${name}`]!(request)
}

describe('a form', () => {
  test.each([
    [FORM, 'a=1&b=2&a=3', { a: ['1', '3'], b: ['2'] }],
    [`${FORM}; charset=utf-8`, 'a=1', { a: ['1'] }],
    [FORM.toUpperCase(), 'a=1', { a: ['1'] }],
    [FORM, 'a=%41+b&%62=c', { a: ['%41+b'], '%62': ['c'] }],
    [FORM, 'a&=x&&a=b=c', { a: ['', 'b=c'], '': ['x'] }],
    [FORM, '', {}],
    ['application/json', 'a=1', {}],
    ['', 'a=1', {}],
  ])('%s with %j is %j', (contentType, bytes, expected) => {
    expect(field('form', contentType, bytes)).toEqual(new Map(Object.entries(expected)))
  })

  test('names and values keep their order', () => {
    expect(field('form.names', FORM, 'b=1&a=2&b=3')).toEqual(['b', 'a', 'b'])
    expect(field('form.values', FORM, 'b=1&a=2&b=3')).toEqual(['1', '2', '3'])
  })
})

describe('a multipart body', () => {
  const TYPE = 'multipart/form-data; boundary=xyz'
  const BODY = [
    'preamble',
    '--xyz',
    'Content-Disposition: form-data; name="user"',
    '',
    'bob',
    '--xyz',
    'content-disposition: form-data; name="file"; filename="a \\"b\\".php"',
    'Content-Type: application/x-php',
    'Content-Transfer-Encoding: binary',
    '',
    '<?php',
    'x();',
    '--xyz',
    '',
    'no headers',
    '--xyz--',
    'epilogue',
  ].join('\r\n')

  test.each<[string, unknown]>([
    [
      'multipart',
      new Map([
        ['user', ['bob']],
        ['file', ['<?php\r\nx();']],
      ]),
    ],
    ['multipart.names', [['user'], ['file'], []]],
    ['multipart.values', ['bob', '<?php\r\nx();', 'no headers']],
    ['multipart.filenames', [[], ['a "b".php'], []]],
    ['multipart.content_types', [[], ['application/x-php'], []]],
    ['multipart.content_transfer_encodings', [[], ['binary'], []]],
    [
      'multipart.content_dispositions',
      [['form-data; name="user"'], ['form-data; name="file"; filename="a \\"b\\".php"'], []],
    ],
  ])('%s is %j', (name, expected) => expect(field(name, TYPE, BODY)).toEqual(expected))

  test.each([
    ['multipart/form-data; boundary="xyz"', BODY, 3],
    ['multipart/mixed; charset=x; BOUNDARY=xyz', BODY, 3],
    [TYPE, '--xyz\r\n\r\nat the beginning\r\n--xyz--', 1],
    [TYPE, '--xyz\r\n\r\ncut o', 1],
    [TYPE, '--xyz\r\nContent-Disposition: form-data; na', 1],
    [TYPE, '--xyz', 0],
    [TYPE, '--other\r\n\r\na', 0],
    [TYPE, '', 0],
    ['multipart/form-data', BODY, 0],
    [FORM, BODY, 0],
  ])('%s with %j has %i parts', (contentType, bytes, parts) => {
    expect(field('multipart.values', contentType, bytes)).toHaveLength(parts)
  })

  test('a hundred thousand delimiters are cut off', () => {
    const parts = field('multipart.values', TYPE, '--xyz\r\n\r\n\r\n'.repeat(100_000))
    expect(parts).toHaveLength(1_000)
  })
})

describe('the media type that bytes tell', () => {
  test.each([
    ['\x89PNG\r\n\x1a\n....', 'image/png'],
    ['GIF89a...', 'image/gif'],
    ['%PDF-1.7', 'application/pdf'],
    ['PK\x03\x04', 'application/zip'],
    ['RIFF....WEBPVP8', 'image/webp'],
    ['a=1&b=2', ''],
    ['{"a":1}', ''],
    ['', ''],
    ['\x89PN', ''],
  ])('of %j is %j', (bytes, type) => expect(detectMime(bytes)).toBe(type))

  test('is not what Content-Type says', () => {
    expect(field('mime', 'image/png', '%PDF-1.7')).toBe('application/pdf')
  })
})

test('size and truncation are told as they are', () => {
  const rest = { size: 500, isTruncated: true }
  expect(field('raw', FORM, 'abc', rest)).toBe('abc')
  expect(field('size', FORM, 'abc', rest)).toBe(500)
  expect(field('truncated', FORM, 'abc', rest)).toBe(true)
  expect(field('truncated', FORM, 'abc')).toBe(false)
})
