import { expect, test } from 'vitest'
import { createSessions } from './sessions.ts'

const HOUR_MS = 3_600_000
const cookieOf = (header: string) => header.split(';')[0]!

test('a session lasts twelve hours', () => {
  let nowMs = 0
  const sessions = createSessions(() => nowMs)
  const cookie = cookieOf(sessions.open('192.0.2.1', false))
  nowMs = 12 * HOUR_MS - 1
  expect(sessions.has(cookie, '192.0.2.1')).toBe(true)
  nowMs = 12 * HOUR_MS
  expect(sessions.has(cookie, '192.0.2.1')).toBe(false)
})

test('over TLS, the cookie is Secure', () => {
  const sessions = createSessions()
  expect(sessions.open('192.0.2.1', true)).toMatch(/; Secure$/)
  expect(sessions.open('192.0.2.1', false)).not.toContain('Secure')
})

test('the 101st session ends the oldest', () => {
  const sessions = createSessions()
  const cookies = Array.from({ length: 101 }, () => cookieOf(sessions.open('192.0.2.1', false)))
  expect(cookies.map((cookie) => sessions.has(cookie, '192.0.2.1'))).toEqual([
    false,
    ...cookies.slice(1).map(() => true),
  ])
})

test.each([undefined, '', 'edge1020_admin=', 'edge1020_admin', 'xedge1020_admin=1'])(
  'the cookies %j contain no session',
  (cookies) => {
    const sessions = createSessions()
    sessions.open('192.0.2.1', false)
    expect(sessions.has(cookies, '192.0.2.1')).toBe(false)
  }
)
