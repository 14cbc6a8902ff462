import { expect, test } from 'vitest'
import { isLoopbackHost } from './host.ts'

test.each([
  ['127.0.0.1', true],
  ['127.8.0.1', true],
  ['localhost', true],
  ['a.localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.0.4', false],
  ['127.evil.test', false],
  ['localhost.evil.test', false],
  ['::ffff:127.0.0.1', false],
])('only this machine reaches %s: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected)
})
