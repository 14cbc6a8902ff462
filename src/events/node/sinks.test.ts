import { describe, expect, test } from 'vitest'
import type { EventSink } from '../sink.ts'
import { ndjsonSink } from './ndjson-sink.ts'
import { openSinks } from './open-sinks.ts'

describe('the names of sinks', () => {
  test.each([
    ['ndjson:', 'sink "ndjson:": expected a file'],
    ['ndjsn:events', 'sink "ndjsn:events": did you mean ndjson:FILE?'],
    ['htps://u:s3cret@x.test/?key=s3cret', 'sink "htps://***@x.test/": did you mean http'],
    ['kafka://x', 'sink "kafka://x": expected ndjson:FILE, http://… or https://…'],
    ['https://u:s3 cret@:x', 'sink "https://***@:x": expected a URL'],
    ['https://x.test/?header_A%20B=s3cret', 'expected header_NAME=VALUE'],
  ])('%s is told', (spec, message) => {
    expect(() => openSinks([spec], {})).toThrow(
      expect.objectContaining({ code: 'invalid_sink', message: expect.stringContaining(message) })
    )
  })

  test.each([
    { maxFileBytes: 0 },
    { maxFileHours: 1.5 },
    { keepFiles: -1 },
    { maxHeldBytes: Number.NaN },
  ])('%j is told', (options) => {
    expect(() => ndjsonSink('x', options)).toThrow(
      expect.objectContaining({ code: 'invalid_sink' })
    )
  })

  test('accepts a custom sink object', () => {
    const own: EventSink = {
      name: 'own',
      write: () => {},
      state: () => ({ name: 'own', waiting: 0, delivered: 0, dropped: 0 }),
      close: async () => {},
    }
    expect(openSinks([own], {})).toEqual([own])
    expect(() => openSinks([{} as EventSink], {})).toThrow('an object with write()')
  })
})
