import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../eventually.fixture.ts'
import { eventWith } from '../event.fixture.ts'
import { memoryStore } from '../memory.ts'
import type { EventSink } from '../sink.ts'
import { withSinks } from '../with-sinks.ts'
import type { HttpSinkOptions } from './http-sink.ts'
import { httpSink } from './http-sink.ts'
import type { NdjsonSinkOptions } from './ndjson-sink.ts'
import { ndjsonSink } from './ndjson-sink.ts'
import { openSinks } from './open-sinks.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-sinks-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const newFile = () => join(folder, `${files++}`, 'events.ndjson')

const told = () => {
  const said: string[] = []
  return {
    said,
    onTrouble: ({ message }: Error) => void said.push(message),
    onNotice: (message: string) => void said.push(message),
  }
}

const closedLater = <Sink extends EventSink>(sink: Sink): Sink => {
  onTestFinished(() => sink.close())
  return sink
}

const raysIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).RayID)

describe('an NDJSON file', () => {
  const sinkOf = (file: string, options: NdjsonSinkOptions = {}) => {
    const { said, ...tells } = told()
    return { sink: closedLater(ndjsonSink(file, { ...tells, ...options })), said }
  }

  const rotatedIn = (file: string) =>
    readdirSync(dirname(file))
      .filter((name) => name.endsWith('.gz'))
      .sort()
      .map((name) => join(dirname(file), name))

  test('has a line for each event, with Logpush’s names', async () => {
    const file = newFile()
    const { sink } = sinkOf(file)
    const event = eventWith({
      asnName: 'Example Net',
      notes: ['odd'],
      rule: { id: 'a', name: 'b', source: 'c:1', hash: '0123456789abcdef' },
      phasePath: 'custom-rules',
      referer: { scheme: 'https', host: 'blog.test', path: '/post', query: '' },
      bot: { score: 30, verified: false },
      answer: { code: 1020, type: 'text/html' },
    })
    sink.write([event])
    await eventually(() => expect(sink.state().delivered).toBe(1))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      RayID: event.ray,
      Datetime: event.time,
      EdgeColoCode: 'LHR',
      Kind: 'firewall',
      Action: 'block',
      Source: 'firewallcustom',
      RuleID: 'a',
      Description: 'b',
      MatchIndex: 0,
      ClientIP: event.ip,
      ClientCountry: 'DE',
      ClientASN: 64_496,
      ClientASNDescription: 'Example Net',
      ClientRequestUserAgent: event.userAgent,
      ClientRefererScheme: 'https',
      ClientRefererHost: 'blog.test',
      ClientRefererPath: '/post',
      ClientRefererQuery: '',
      ClientRequestMethod: 'GET',
      ClientRequestScheme: 'https',
      ClientRequestHost: 'shop.test',
      ClientRequestPath: '/a',
      ClientRequestQuery: '?b=c',
      ClientRequestProtocol: 'HTTP/1.1',
      EdgeResponseStatus: 403,
      Metadata: {
        expression: event.expression,
        matched: event.matched,
        ruleSource: 'c:1',
        ruleHash: '0123456789abcdef',
        phasePath: 'custom-rules',
        bot: { score: 30, verified: false },
        answer: { code: 1020, type: 'text/html' },
        notes: ['odd'],
      },
    })
  })

  test('goes on behind what an earlier run wrote', async () => {
    const file = newFile()
    const [first, second] = [eventWith(), eventWith()]
    for (const event of [first, second]) {
      const { sink } = sinkOf(file)
      sink.write([event])
      await sink.close()
    }
    expect(raysIn(readFileSync(file, 'utf8'))).toEqual([first.ray, second.ray])
  })

  test('is rotated by its size, compressed, and the oldest are removed', async () => {
    const file = newFile()
    const { sink } = sinkOf(file, { maxFileBytes: 5_000, keepFiles: 2 })
    const events = Array.from({ length: 60 }, () => eventWith())
    for (const event of events) {
      sink.write([event])
      const { delivered } = sink.state()
      await eventually(() => expect(sink.state().delivered).toBe(delivered + 1))
    }
    await sink.close()
    const kept = rotatedIn(file)
    expect(kept).toHaveLength(2)
    const texts = kept.map((name) => gunzipSync(readFileSync(name)).toString())
    const current = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const rays = [...texts, current].flatMap(raysIn)
    expect(rays).toEqual(events.slice(-rays.length).map(({ ray }) => ray))
    for (const text of texts) expect(text.length).toBeLessThan(7_000)
    expect(readdirSync(dirname(file)).filter((name) => name.includes('.part'))).toEqual([])
  })

  test('is rotated by its age', async () => {
    const file = newFile()
    mkdirSync(dirname(file))
    const { sink } = sinkOf(file, { maxFileHours: 1 })
    const now = Date.now
    const [old, late] = [eventWith(), eventWith()]
    sink.write([old])
    await eventually(() => expect(sink.state().delivered).toBe(1))
    Date.now = () => now() + 3_700_000
    onTestFinished(() => {
      Date.now = now
    })
    sink.write([late])
    await eventually(() => expect(rotatedIn(file)).toHaveLength(1))
    expect(raysIn(gunzipSync(readFileSync(rotatedIn(file)[0]!)).toString())).toEqual([
      old.ray,
      late.ray,
    ])
  })

  test('that another program moves away: a new one is begun', async () => {
    const file = newFile()
    const { sink, said } = sinkOf(file)
    const [first, second] = [eventWith(), eventWith()]
    sink.write([first])
    await eventually(() => expect(sink.state().delivered).toBe(1))
    renameSync(file, `${file}.1`)
    sink.write([second])
    await eventually(() => expect(sink.state().delivered).toBe(2))
    expect(raysIn(readFileSync(file, 'utf8'))).toEqual([second.ray])
    expect(raysIn(readFileSync(`${file}.1`, 'utf8'))).toEqual([first.ray])
    expect(said).toEqual([])
  })

  test('whose folder cannot be: it is told once, what finds room waits, the rest is counted', async () => {
    const file = newFile()
    writeFileSync(dirname(file), '')
    const { sink, said } = sinkOf(file, { maxHeldBytes: 10_000 })
    const events = Array.from({ length: 50 }, () => eventWith())
    sink.write(events)
    await eventually(() => expect(said).toHaveLength(1))
    expect(said[0]).toMatch(/^event sink ndjson .*events\.ndjson: E/)
    const { waiting, dropped, trouble } = sink.state()
    expect(waiting + dropped).toBe(50)
    expect(waiting).toBeGreaterThan(2)
    expect(dropped).toBeGreaterThan(20)
    expect(trouble).toBeDefined()
    rmSync(dirname(file))
    await eventually(() => expect(sink.state()).toMatchObject({ waiting: 0, delivered: waiting }))
    expect(said).toHaveLength(2)
    expect(said[1]).toMatch(/works again$/)
    expect(raysIn(readFileSync(file, 'utf8'))).toEqual(
      events.slice(0, waiting).map(({ ray }) => ray)
    )
  })

  test.runIf(existsSync('/dev/full'))(
    'on a full disk: nothing ends, and events are dropped',
    async () => {
      const { sink, said } = sinkOf('/dev/full', { maxHeldBytes: 5_000 })
      sink.write(Array.from({ length: 20 }, () => eventWith()))
      await eventually(() => expect(said).toEqual([expect.stringMatching(/no space left/i)]))
      await sink.close()
      expect(sink.state()).toMatchObject({ waiting: 0, delivered: 0, dropped: 20 })
    }
  )
})

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

  test('is named without anything secret', async () => {
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

  test('that answers 500 is tried again, later each time; no event is lost or there twice', async () => {
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

  test('that never takes a batch: it is dropped and counted, the next ones are delivered', async () => {
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

  test('that refuses and never stops talking: no more of it is read than is shown', async () => {
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

  test('that hangs: memory is bounded, and closing waits no longer than a moment', async () => {
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

  test('that sends elsewhere is not followed', async () => {
    const other = await collector()
    const { address } = await collector((response) =>
      response.writeHead(307, { location: `http://${other.address}/` }).end()
    )
    const { sink, said } = sinkTo(`http://${address}`)
    sink.write([eventWith()])
    await eventually(() => expect(said).toEqual([expect.stringContaining('answers 307')]))
    expect(other.received).toEqual([])
  })

  test('that is not there', async () => {
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

  test('a sink of one’s own is taken as it is', () => {
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
