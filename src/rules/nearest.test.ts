import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const WORDS = ['country', 'continent', 'asn', 'ip', 'user_agent', 'path', 'host', 'method']

test.each([
  ['contry', 'country'],
  ['coutnry', 'country'],
  ['Country', 'country'],
  ['user-agent', 'user_agent'],
  ['user agent', 'user_agent'],
  ['usragent', 'user_agent'],
  ['pth', 'path'],
  ['pi', 'ip'],
  ['mehtod', 'method'],
])('%s was meant to be %s', (text, meant) => {
  expect(nearest(text, WORDS)).toBe(meant)
})

test.each(['xx', 'colour', 'zzz', '', 'a'.repeat(1000)])(
  '%s was meant to be nothing known',
  (text) => {
    expect(nearest(text, WORDS)).toBeUndefined()
  }
)
