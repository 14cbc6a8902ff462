import { constants } from 'node:http2'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exchange } from '../proxy/sockets.fixture.ts'
import { answerOn, FLAG, FRAME, frame, http2Client, POST, rawHttp2 } from './http2.fixture.ts'
import { MAX_EARLY_RESETS, ResetBudget } from './rapid-reset.ts'
import { site } from './serve.fixture.ts'

describe('the budget of early resets', () => {
  const spendAll = (budget: ResetBudget) => {
    let spent = 0
    while (budget.spend()) spent++
    return spent
  }

  test('allows 200 at once', () => {
    expect(spendAll(new ResetBudget(() => 0))).toBe(200)
  })

  test('returns within 30 s, and does not grow beyond its size', () => {
    let now = 0
    const budget = new ResetBudget(() => now)
    for (let i = 0; i < MAX_EARLY_RESETS; i++) budget.spend()
    now += 15_000
    expect(spendAll(budget)).toBe(100)
    now += 3_600_000
    expect(spendAll(budget)).toBe(200)
  })

  test('grows by one with each answered request, up to its size', () => {
    const budget = new ResetBudget(() => 0)
    for (let i = 0; i < MAX_EARLY_RESETS; i++) budget.spend()
    for (let i = 0; i < 7; i++) budget.earn()
    expect(spendAll(budget)).toBe(7)
    const full = new ResetBudget(() => 0)
    for (let i = 0; i < 50; i++) full.earn()
    expect(spendAll(full)).toBe(200)
  })
})

const RESET_CODES = [
  ['NO_ERROR', '\0\0\0\0'],
  ['CANCEL', '\0\0\0\x08'],
] as const

describe('a visitor that resets requests', () => {
  describe.each([
    ['that pass', ''],
    // HPACK: `:path: /blocked`.
    ['that are blocked', '\x04\x08/blocked'],
  ])('%s', (_, path) => {
    test.each(RESET_CODES)(
      '5,000 at once with %s: gets ENHANCE_YOUR_CALM, and other visitors get answers',
      async (_, code) => {
        let forwarded = 0
        const { port, edge } = await site((request, response) => {
          if (request.method === 'POST') forwarded++
          response.end('ok')
        })
        const flood = await Promise.all(Array.from({ length: 3 }, () => rawHttp2(port)))
        const head = path === '' ? POST : `\x83\x87\x41\x01a${path}`
        const frames: Buffer[] = []
        for (let stream = 1; stream < 10_000; stream += 2) {
          frames.push(frame(FRAME.headers, FLAG.endHeaders, stream, head))
          frames.push(frame(FRAME.reset, 0, stream, code))
        }
        const bytes = Buffer.concat(frames)
        for (const { send } of flood) send(bytes)
        const other = await exchange(
          port,
          'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
          {}
        )
        expect(other.slice(0, 12)).toBe('HTTP/1.1 200')
        await Promise.all(flood.map(({ closed }) => closed))
        for (const { goaway } of flood) expect(goaway()).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM)
        // Only the first request of each piece is judged, not all 200 allowed ones.
        expect(edge.stats.judged).toBeLessThan(100)
        expect(forwarded).toBe(0)
      }
    )
  })

  test('one per packet: is disconnected after 200', async () => {
    const { port, edge } = await site((_, response) => void setTimeout(() => response.end(), 5_000))
    const { post, send, closed, goaway } = await rawHttp2(port)
    let stream = 1
    const sending = setInterval(() => {
      post(stream)
      send(frame(FRAME.reset, 0, stream, '\0\0\0\x08'))
      stream += 2
    }, 1)
    onTestFinished(() => clearInterval(sending))
    await closed
    expect(goaway()).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    expect(edge.stats.judged).toBeLessThan(400)
  })

  test('100 at once, like a browser that leaves a page: stays connected', async () => {
    const { url } = await site((request, response) => {
      if (request.url === '/next') response.end('next')
    })
    const { open, ask, session } = http2Client(url)
    await new Promise((resolve) => session.once('remoteSettings', resolve))
    const streams = Array.from({ length: 100 }, () => open({}, { endStream: true }))
    const answers = streams.map(answerOn)
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
    await Promise.all(answers)
    expect(await ask({ ':path': '/next' })).toMatchObject({ status: 200, body: 'next', reset: 0 })
  })

  test('more than 200, but waits for as many answers: stays connected', async () => {
    const { url } = await site((request, response) => {
      if (request.url === '/next') response.end('next')
    })
    const { open, ask } = http2Client(url)
    for (let round = 0; round < 6; round++) {
      const streams = Array.from({ length: 50 }, () => open({}, { endStream: true }))
      const gone = streams.map(answerOn)
      const answers = Array.from({ length: 50 }, () => ask({ ':path': '/next' }))
      for (const { body } of await Promise.all(answers)) expect(body).toBe('next')
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
      await Promise.all(gone)
    }
    expect(await ask({ ':path': '/next' })).toMatchObject({ status: 200, reset: 0 })
  })

  test('250 downloads after their headers, like clients that read no body: stays connected', async () => {
    const { url } = await site((_, response) => void response.write('x'.repeat(70_000)))
    const { open, ask, session } = http2Client(url)
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const stream = open({}, { endStream: true })
          const answer = answerOn(stream)
          await new Promise((resolve) => stream.once('response', resolve))
          stream.close(constants.NGHTTP2_CANCEL)
          await answer
        })
      )
    }
    expect(await ask({ ':path': '/blocked' })).toMatchObject({ status: 403, reset: 0 })
    expect(session.closed).toBe(false)
  })
})
