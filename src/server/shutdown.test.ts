import { EventEmitter } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { onShutdown } from './shutdown.ts'

class FakeProcess extends EventEmitter {
  exit = vi.fn()
}

const start = (close: () => Promise<void>, hangMs?: number) => {
  const own = new FakeProcess()
  const onError = vi.fn()
  const stop = onShutdown(close, { process: own, onError, hangMs })
  const signal = (name: string) => own.emit(name, name)
  return { exit: own.exit, onError, signal, stop }
}

describe('onShutdown', () => {
  test.each(['SIGTERM', 'SIGINT'])('%s closes, then exits with 0', async (name) => {
    let finish = () => {}
    const close = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve
        })
    )
    const { exit, signal } = start(close)
    signal(name)
    expect(close).toHaveBeenCalledOnce()
    expect(exit).not.toHaveBeenCalled()
    finish()
    await eventually(() => expect(exit).toHaveBeenCalledWith(0))
  })

  test('SIGHUP is reported and does not end the process, until the handlers are removed', () => {
    const own = new FakeProcess()
    const close = vi.fn(async () => {})
    const onHangup = vi.fn()
    const stop = onShutdown(close, { process: own, onHangup })
    own.emit('SIGHUP', 'SIGHUP')
    expect(onHangup).toHaveBeenCalledOnce()
    expect(close).not.toHaveBeenCalled()
    expect(own.exit).not.toHaveBeenCalled()
    stop()
    expect(own.listenerCount('SIGHUP')).toBe(0)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('a second signal %s exits with %d at once', (name, code) => {
    const close = vi.fn(() => new Promise<void>(() => {}))
    const { exit, signal } = start(close)
    signal('SIGTERM')
    signal(name)
    expect(exit).toHaveBeenCalledExactlyOnceWith(code)
    expect(close).toHaveBeenCalledOnce()
  })

  test('exits with 1 and reports the reason if closing fails', async () => {
    const { exit, signal, onError } = start(() => Promise.reject(new Error('why')))
    signal('SIGTERM')
    await eventually(() => expect(exit).toHaveBeenCalledExactlyOnceWith(1))
    expect(onError).toHaveBeenCalledWith(new Error('why'))
  })

  test('exits with 1 if closing hangs', async () => {
    const { exit, signal } = start(() => new Promise(() => {}), 10)
    signal('SIGTERM')
    await eventually(() => expect(exit).toHaveBeenCalledExactlyOnceWith(1))
  })

  test('returns a function that removes the handlers', () => {
    const close = vi.fn(async () => {})
    const { signal, stop } = start(close)
    stop()
    signal('SIGTERM')
    expect(close).not.toHaveBeenCalled()
  })
})
