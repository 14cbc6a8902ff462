import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { answerOn, FRAME, frame, http2Client, rawHttp2 } from './http2.fixture.ts'
import { mirror, site } from './serve.fixture.ts'

describe('a body over HTTP/2', () => {
  const LONG = Buffer.alloc(8_000_000, 'x')
  const hashing =
    (read = async () => {}) =>
    async (request: IncomingMessage, response: ServerResponse) => {
      const hash = createHash('sha256')
      try {
        for await (const chunk of request) {
          hash.update(chunk)
          await read()
        }
        response.end(hash.digest('hex'))
      } catch {
        response.destroy()
      }
    }

  test('is streamed at the pace of the origin', async () => {
    const { url } = await site(hashing(() => sleep(1)))
    const { body } = await http2Client(url).ask({ ':method': 'POST' }, LONG)
    expect(body).toBe(createHash('sha256').update(LONG).digest('hex'))
  })

  test('that a rule reads is forwarded completely', async () => {
    const { url } = await site(hashing(), { block: 'http.request.body.raw contains "evil"' })
    const { ask } = http2Client(url)
    const [good, evil, again] = await Promise.all([
      ask({ ':method': 'POST' }, LONG),
      ask({ ':method': 'POST' }, 'evil'),
      ask({ ':method': 'POST' }, 'good'),
    ])
    expect(good.body).toBe(createHash('sha256').update(LONG).digest('hex'))
    expect(evil).toMatchObject({ status: 403 })
    expect(again.body).toBe(createHash('sha256').update('good').digest('hex'))
  })

  test('of a blocked request is refused before it arrives', async () => {
    const { url } = await site(hashing())
    const { open } = http2Client(url)
    const stream = open({ ':method': 'POST', ':path': '/blocked' })
    const answer = answerOn(stream)
    stream.write(LONG)
    expect(await answer).toMatchObject({ status: 403, body: 'error code: 1020\n' })
  })

  test.each([
    ['a reset', 0, frame(FRAME.reset, 0, 1, '\0\0\0\x08')],
    ['a reset that calls itself no error', 0, frame(FRAME.reset, 0, 1, '\0\0\0\0')],
    ['the end of the connection', 0, undefined],
    ['a reset, as a rule looked at it', 1, frame(FRAME.reset, 0, 1, '\0\0\0\x08')],
  ])('that is broken off by %s does not look complete to the origin', async (_, looked, last) => {
    const outcomes: string[] = []
    const began = vi.fn()
    const { port, url, edge, errors } = await site(
      async (request, response) => {
        try {
          for await (const _ of request) began()
          outcomes.push('whole')
        } catch {
          outcomes.push('broken')
        }
        response.end()
      },
      looked ? { block: 'http.request.body.raw contains "evil"' } : {}
    )
    const { post, send, socket } = await rawHttp2(port)
    post(1)
    for (let i = 0; i < 3; i++) send(frame(FRAME.data, 0, 1, 'x'.repeat(15_000)))
    if (looked) await expect.poll(() => edge.stats.judged).toBe(1)
    else await expect.poll(() => began.mock.calls.length).toBeGreaterThan(0)
    if (last === undefined) socket.destroy()
    else send(last)
    if (!looked) await expect.poll(() => outcomes).toEqual(['broken'])
    else {
      // A whole request of another visitor takes longer than the rest of the broken one.
      const { status } = await http2Client(url).ask({ ':method': 'POST' }, 'evil')
      expect(status).toBe(403)
      expect(outcomes).toEqual([])
    }
    expect(errors).not.toHaveBeenCalled()
  })

  test.each(['visitor resets', 'connection breaks'])(
    'the request to the origin ends when the %s',
    async (how) => {
      const left = vi.fn()
      const asked = vi.fn()
      const { url } = await site((request) => {
        asked()
        request.socket.once('close', left)
      })
      const { open, session } = http2Client(url)
      const stream = open({}, { endStream: true })
      stream.on('error', () => {})
      await expect.poll(() => asked.mock.calls.length).toBe(1)
      if (how === 'visitor resets') stream.close(constants.NGHTTP2_CANCEL)
      else session.destroy()
      await expect.poll(() => left.mock.calls.length).toBe(1)
    }
  )

  test('100-continue is sent when the request goes to the origin', async () => {
    const { url } = await site(mirror)
    const { open } = http2Client(url)
    const stream = open({ ':method': 'POST', expect: '100-continue' })
    const answer = answerOn(stream)
    await new Promise<void>((resolve) => stream.once('continue', resolve))
    stream.end('hello')
    expect(JSON.parse((await answer).body)).toMatchObject({ body: 'hello' })
  })

  test('100-continue is not sent for a refused request', async () => {
    const { url } = await site(mirror)
    const { open } = http2Client(url)
    const stream = open({ ':method': 'POST', ':path': '/blocked', expect: '100-continue' })
    const continued = vi.fn()
    stream.once('continue', continued)
    expect(await answerOn(stream)).toMatchObject({ status: 403 })
    expect(continued).not.toHaveBeenCalled()
  })
})
