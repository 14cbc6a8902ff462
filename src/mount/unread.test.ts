import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { dropUnread } from './unread.ts'

const LINGER_MS = 30_000

const pair = (given: object = {}) => {
  const request = Object.assign(new EventEmitter(), {
    complete: false,
    readableAborted: false,
    readableFlowing: null,
    readableLength: 0,
    resume: vi.fn(),
    destroy: vi.fn(),
    ...given,
  })
  return { request, response: new EventEmitter() }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what nobody reads is dropped when the response is out', () => {
  const { request, response } = pair()
  dropUnread(request, response, false)
  expect(request.resume).not.toHaveBeenCalled()
  response.emit('finish')
  expect(request.resume).toHaveBeenCalledOnce()
})

test('what has all come but is not read is dropped too', () => {
  const { request, response } = pair({ complete: true, readableLength: 5 })
  dropUnread(request, response, true)
  response.emit('finish')
  expect(request.resume).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})

test.each([true, false])('what somebody reads is theirs (flowing: %s)', (readableFlowing) => {
  const { request, response } = pair({ readableFlowing })
  dropUnread(request, response, false)
  response.emit('finish')
  expect(request.resume).not.toHaveBeenCalled()
})

test('a request that is all read is left alone', () => {
  const { request, response } = pair({ complete: true })
  dropUnread(request, response, true)
  expect(response.listenerCount('finish')).toBe(0)
})

test('a refused visitor who goes on sending is cut off in the end', () => {
  const { request, response } = pair()
  dropUnread(request, response, true)
  response.emit('finish')
  vi.advanceTimersByTime(LINGER_MS - 1)
  expect(request.destroy).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(request.destroy).toHaveBeenCalledOnce()
})

test.each(['end', 'close'])('and is not where it stops before: %s', (event) => {
  const { request, response } = pair()
  dropUnread(request, response, true)
  response.emit('finish')
  request.emit(event)
  vi.advanceTimersByTime(LINGER_MS)
  expect(request.destroy).not.toHaveBeenCalled()
})

test('an app may read as slowly as it likes', () => {
  const { request, response } = pair()
  dropUnread(request, response, false)
  response.emit('finish')
  vi.advanceTimersByTime(LINGER_MS)
  expect(request.destroy).not.toHaveBeenCalled()
})

test('on HTTP/2 the stream says when the response is out, and only the stream is cut off', () => {
  const stream = Object.assign(new EventEmitter(), { destroy: vi.fn() })
  const { request, response } = pair({ stream })
  dropUnread(request, response, true)
  response.emit('finish')
  expect(request.resume).not.toHaveBeenCalled()
  stream.emit('finish')
  expect(request.resume).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(LINGER_MS)
  expect(stream.destroy).toHaveBeenCalledOnce()
  expect(request.destroy).not.toHaveBeenCalled()
})
