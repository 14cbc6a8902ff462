import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../eventually.fixture.ts'
import { eventWith } from '../event.fixture.ts'
import type { NdjsonSinkOptions } from './ndjson-sink.ts'
import { ndjsonSink } from './ndjson-sink.ts'
import { closedLater, newFile, raysIn, told } from './sinks.fixture.ts'

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
      zone: 'shop.test',
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
        zone: 'shop.test',
        bot: { score: 30, verified: false },
        answer: { code: 1020, type: 'text/html' },
        notes: ['odd'],
      },
    })
  })

  test('appends to the lines of an earlier run', async () => {
    const file = newFile()
    const [first, second] = [eventWith(), eventWith()]
    for (const event of [first, second]) {
      const { sink } = sinkOf(file)
      sink.write([event])
      await sink.close()
    }
    expect(raysIn(readFileSync(file, 'utf8'))).toEqual([first.ray, second.ray])
  })

  test('is rotated by its size and compressed; the oldest files are removed', async () => {
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

  test('that another program moves away: a new file is created', async () => {
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

  test('whose folder cannot be created: one report, events wait while there is room, others are counted as dropped', async () => {
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
    'on a full disk: the process keeps running, and events are dropped',
    async () => {
      const { sink, said } = sinkOf('/dev/full', { maxHeldBytes: 5_000 })
      sink.write(Array.from({ length: 20 }, () => eventWith()))
      await eventually(() => expect(said).toEqual([expect.stringMatching(/no space left/i)]))
      await sink.close()
      expect(sink.state()).toMatchObject({ waiting: 0, delivered: 0, dropped: 20 })
    }
  )
})
