import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { Exchange } from './exchange.ts'
import type { VisitorResponse } from './visitor.ts'

test('a head that cannot be written ends the request at the origin, not the process', async () => {
  const failure = new Error('cannot be written')
  const writeHead = vi.fn(() => {
    throw failure
  })
  const response = Object.assign(new EventEmitter(), { writeHead, flushHeaders: vi.fn() })
  const exchange = new Exchange(
    response as unknown as VisitorResponse,
    { requestHeaders: [], responseHeaders: [], onOriginError: vi.fn() },
    { isTls: false, onBroken: vi.fn() },
    { method: 'GET', httpVersion: '1.1' }
  )
  const abort = vi.fn()
  exchange.onConnect(abort)
  exchange.onHeaders(200, [], () => {}, 'OK')
  await eventually(() => expect(abort).toHaveBeenCalledWith(failure))
  expect(response.flushHeaders).not.toHaveBeenCalled()
})
