import { describe, expect, test } from 'vitest'
import { readSaved } from './saved-response.ts'

describe('a saved response', () => {
  test.each([
    ['a body alone', 'error code: 1020\n', { body: 'error code: 1020\n' }],
    ['nothing', '', { body: '' }],
    [
      'head and body',
      'HTTP/1.1 403 Forbidden\r\nServer: cloudflare\r\nCF-RAY:  0-LHR \r\n\r\nerror code: 1020\n',
      {
        status: 403,
        headers: { server: 'cloudflare', 'cf-ray': '0-LHR' },
        body: 'error code: 1020\n',
      },
    ],
    [
      'a head of HTTP/2, which has no reason, with line feeds alone',
      'HTTP/2 429 \nretry-after: 5\n\nslow\n\ndown',
      { status: 429, headers: { 'retry-after': '5' }, body: 'slow\n\ndown' },
    ],
    [
      'a redirect before it',
      'HTTP/1.1 301 Moved\r\nLocation: /b\r\n\r\nHTTP/1.1 403 Forbidden\r\nServer: x\r\n\r\nno',
      { status: 403, headers: { server: 'x' }, body: 'no' },
    ],
    [
      'a head alone',
      'HTTP/1.1 403 Forbidden\r\nServer: x',
      { status: 403, headers: { server: 'x' }, body: '' },
    ],
    [
      'lines that are no headers',
      'HTTP/1.1 403 Forbidden\n: x\nno colon\na b: c\nok: 1\n\n',
      { status: 403, headers: { ok: '1' }, body: '' },
    ],
    ['a body that speaks of HTTP', 'It said HTTP/1.1 403', { body: 'It said HTTP/1.1 403' }],
  ])('%s', (_name, text, expected) => {
    expect(readSaved(text)).toEqual(expected)
  })
})
