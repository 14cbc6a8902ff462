import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../eventually.fixture.ts'
import { eventWith } from '../event.fixture.ts'
import { memoryStore } from '../memory.ts'
import { withSinks } from '../with-sinks.ts'
import type { HttpSinkOptions } from './http-sink.ts'
import { httpSink } from './http-sink.ts'
import { closedLater, raysIn, told } from './sinks.fixture.ts'

describe('a collector', () => {
  interface Received {
    request: IncomingMessage
    text: string
  }
  type Answer = (response: ServerResponse, times: number) => void

  const collector = async (answer: Answer = (response) => void response.end()) => {
    const received: Received[] = []
    let times = 0
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      received.push({ request, text: gunzipSync(Buffer.concat(chunks)).toString() })
      answer(response, ++times)
    }).listen(0, '127.0.0.1')
    await new Promise<void>((resolve) => void server.once('listening', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return { received, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  const sinkTo = (address: string, options: HttpSinkOptions = {}) => {
    const { said, ...tells } = told()
    const sink = closedLater(httpSink(address, { gatherMs: 5, retryMs: 5, ...tells, ...options }))
    return { sink, said }
  }

  const rays = (received: readonly Received[]) => received.flatMap(({ text }) => raysIn(text))

  test('gets batches of lines, compressed, with the headers of the URL', async () => {
    const { received, address } = await collector()
    const { sink } = sinkTo(
      `http://${address}/logs?tag=a&header_Authorization=Bearer%20t0ken&header_X-Dataset=waf`,
      { maxBatchEvents: 40 }
    )
    const events = Array.from({ length: 100 }, () => eventWith())
    for (const event of events) sink.write([event])
    await eventually(() => expect(sink.state()).toMatchObject({ delivered: 100, waiting: 0 }))
    expect(rays(received)).toEqual(events.map(({ ray }) => ray))
    expect(received.map(({ text }) => raysIn(text).length)).toEqual([40, 40, 20])
    const { method, url, headers } = received[0]!.request
    expect([method, url]).toEqual(['POST', '/logs?tag=a'])
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
      authorization: 'Bearer t0ken',
      'x-dataset': 'waf',
    })
  })

  test('has a name without secrets', async () => {
    const { received, address } = await collector((response) => response.writeHead(401).end())
    const { sink, said } = sinkTo(
      `http://joe:s3cret@${address}/logs?header_Authorization=s3cret&key=s3cret`
    )
    expect(sink.name).toBe(`http://${address}/logs`)
    sink.write([eventWith()])
    await eventually(() => expect(said).toHaveLength(1))
    expect(said[0]).toBe(`event sink http://${address}/logs: the collector answers 401`)
    expect(received[0]!.request.headers.authorization).toBe('s3cret')
    expect(JSON.stringify(sink.state())).not.toContain('s3cret')
  })

  test('that answers 500 is retried with growing delays; no event is lost or duplicated', async () => {
    const { received, address } = await collector((response, times) =>
      response.writeHead(times <= 4 ? 500 : 200).end()
    )
    const { sink, said } = sinkTo(`http://${address}`)
    const events = Array.from({ length: 5 }, () => eventWith())
    sink.write(events)
    await eventually(() =>
      expect(sink.state()).toMatchObject({ delivered: 5, waiting: 0, dropped: 0 })
    )
    expect(received).toHaveLength(5)
    expect(raysIn(received[4]!.text)).toEqual(events.map(({ ray }) => ray))
    expect(said).toEqual([
      expect.stringContaining('the collector answers 500'),
      expect.stringMatching(/works again$/),
    ])
  })

  test('that always refuses a batch: the batch is dropped and counted, the next ones are delivered', async () => {
    const { address } = await collector((response, times) =>
      times === 1 ? response.writeHead(400).end('field X is unknown\n') : response.end()
    )
    const { sink, said } = sinkTo(`http://${address}`)
    sink.write([eventWith(), eventWith()])
    await eventually(() => expect(sink.state().dropped).toBe(2))
    expect(said[0]).toContain('2 events dropped: the collector answers 400: field X is unknown')
    sink.write([eventWith()])
    await eventually(() => expect(sink.state()).toMatchObject({ delivered: 1, dropped: 2 }))
    expect(sink.state().trouble).toBeUndefined()
  })

  test('that refuses with an endless body: only the shown part is read', async () => {
    const { address } = await collector((response) => {
      response.writeHead(413)
      const talk = () => {
        while (!response.destroyed && response.write('too large '.repeat(1_000)));
      }
      response.on('drain', talk)
      talk()
    })
    const { sink, said } = sinkTo(`http://${address}`, { timeoutMs: 600_000 })
    sink.write([eventWith()])
    await eventually(() => expect(sink.state().dropped).toBe(1))
    expect(said[0]).toMatch(/the collector answers 413: (?:too large ?){20}$/)
  })

  test('that hangs: memory is limited, and closing waits only a moment', async () => {
    const { address } = await collector(() => {})
    const { sink, said } = sinkTo(`http://${address}`, { timeoutMs: 50, maxHeldBytes: 10_000 })
    sink.write([eventWith()])
    await eventually(() => expect(said).toEqual([expect.stringContaining('no answer in time')]))
    for (let i = 0; i < 100; i++) sink.write([eventWith()])
    const { waiting, dropped } = sink.state()
    expect(waiting + dropped).toBe(101)
    expect(dropped).toBeGreaterThan(80)
    await sink.close()
    expect(sink.state()).toMatchObject({ waiting: 0, dropped: 101 })
  })

  test('that is slow: refusals do not wait for it', async () => {
    const waiting: (() => void)[] = []
    const { address, received } = await collector((response) => waiting.push(() => response.end()))
    const { sink } = sinkTo(`http://${address}`)
    const store = withSinks(memoryStore(), [sink])
    // Nobody lets the collector answer: that these are settled is the test.
    for (let i = 0; i < 5; i++) await store.append([eventWith()])
    await eventually(() => expect(received.length).toBeGreaterThan(0))
    expect(sink.state().delivered).toBe(0)
    await eventually(() => {
      for (const release of waiting.splice(0)) release()
      expect(store.state!().sinks).toEqual([
        { name: sink.name, waiting: 0, delivered: 5, dropped: 0 },
      ])
    })
  })

  test('that redirects is not followed', async () => {
    const other = await collector()
    const { address } = await collector((response) =>
      response.writeHead(307, { location: `http://${other.address}/` }).end()
    )
    const { sink, said } = sinkTo(`http://${address}`)
    sink.write([eventWith()])
    await eventually(() => expect(said).toEqual([expect.stringContaining('answers 307')]))
    expect(other.received).toEqual([])
  })

  test('that cannot be reached', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const { sink, said } = sinkTo(`http://127.0.0.1:${port}/`)
    sink.write([eventWith()])
    await eventually(() => expect(said).toEqual([expect.stringContaining('ECONNREFUSED')]))
  })
})
