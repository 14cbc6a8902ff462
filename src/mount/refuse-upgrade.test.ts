import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { refuseUpgrade } from './refuse-upgrade.ts'

const LINGER_MS = 1_000
const ANSWER = { status: 403, headers: { 'Content-Length': '4', 'CF-RAY': 'ray' }, body: 'bödy' }

const fakeSocket = (given: object = {}) => {
  const written: (string | Uint8Array)[] = []
  const socket = Object.assign(new EventEmitter(), {
    destroyed: false,
    write: vi.fn((data: string) => written.push(data)),
    end: vi.fn((data: string | Uint8Array) => written.push(data)),
    resume: vi.fn(),
    destroy: vi.fn(() => socket.emit('close')),
    ...given,
  })
  return { socket, written }
}

/** Whether a promise has resolved by now. */
const isDone = async (promise: Promise<void>) => {
  let done = false
  void promise.then(() => {
    done = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return done
}

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 29, 7, 8, 9) }))
afterEach(() => void vi.useRealTimers())

test('the whole answer is written, and the connection is said to close', () => {
  const { socket, written } = fakeSocket()
  void refuseUpgrade(socket, ANSWER)
  expect(written.join('')).toBe(
    [
      'HTTP/1.1 403 Forbidden',
      'Content-Length: 4',
      'CF-RAY: ray',
      'Date: Sun, 29 Nov 2026 07:08:09 GMT',
      'Connection: close',
      '',
      'bödy',
    ].join('\r\n')
  )
})

test('a compressed body is written as it is', () => {
  const { socket } = fakeSocket()
  const body = Uint8Array.of(1, 2, 3)
  void refuseUpgrade(socket, { ...ANSWER, body })
  expect(socket.end).toHaveBeenCalledWith(body)
})

test('resolves when the connection is closed, not before', async () => {
  const { socket } = fakeSocket()
  const refused = refuseUpgrade(socket, ANSWER)
  // What the visitor still sends is read: bytes that wait would turn the close into a reset.
  expect(socket.resume).toHaveBeenCalledOnce()
  expect(await isDone(refused)).toBe(false)
  socket.emit('close')
  expect(await isDone(refused)).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
  expect(socket.destroy).not.toHaveBeenCalled()
})

test('cuts off a visitor who does not close', async () => {
  const { socket } = fakeSocket()
  const refused = refuseUpgrade(socket, ANSWER)
  await vi.advanceTimersByTimeAsync(LINGER_MS - 1)
  expect(socket.destroy).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(socket.destroy).toHaveBeenCalledOnce()
  expect(await isDone(refused)).toBe(true)
})

test('an error of the socket ends it', async () => {
  const { socket } = fakeSocket()
  const refused = refuseUpgrade(socket, ANSWER)
  socket.emit('error', new Error('reset'))
  expect(socket.destroy).toHaveBeenCalledOnce()
  expect(await isDone(refused)).toBe(true)
})

test('nothing is written where the visitor has gone', async () => {
  const { socket, written } = fakeSocket({ destroyed: true })
  expect(await isDone(refuseUpgrade(socket, ANSWER))).toBe(true)
  expect(written).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
