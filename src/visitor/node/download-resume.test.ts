import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Handler } from './download.fixture.ts'
import {
  BODY,
  CUT,
  cut,
  MODIFIED,
  NEXT_BODY,
  OLD_NAME,
  rest,
  send,
  useSite,
} from './download.fixture.ts'

const site = useSite()

describe('an interrupted download', () => {
  test.each([
    ['tag', { etag: '"1"' }, '"1"'],
    ['time', { 'last-modified': MODIFIED }, MODIFIED],
    ['time where its tag is weak', { etag: 'W/"1"', 'last-modified': MODIFIED }, MODIFIED],
  ])('resumes by its %s', async (_, headers, validator) => {
    site.putOld()
    site.handler = cut(BODY, headers)
    expect((await site.failure()).message).toBe(
      `download of ${site.url} failed: the connection ended early; the next run resumes there`
    )
    expect(site.contentName()).toBe(OLD_NAME)
    site.handler = rest(BODY, headers)
    const seen: (number | undefined)[] = []
    const onProgress = (_bytes: number, total: number | undefined) => seen.push(total)
    expect(await site.download({ onProgress })).toEqual({
      status: 'updated',
      bytes: BODY.length,
    })
    expect(site.asked[1]?.headers).toMatchObject({ range: `bytes=${CUT}-`, 'if-range': validator })
    expect(site.contentName()).toBe('body')
    expect(seen).toContain(BODY.length)
    expect(site.beside()).toEqual(['data.bin', 'data.bin.source.json'])
  })

  test('resumes after two interruptions and a server error', async () => {
    site.handler = cut(BODY, { etag: '"1"' })
    await site.failure()
    site.handler = (_, response) => response.writeHead(503).end()
    expect((await site.failure()).message).toContain('the server answers 503 Service Unavailable')
    site.handler = (_, response, arrived) => {
      const range = `bytes ${CUT}-${BODY.length - 1}/${BODY.length}`
      const length = BODY.length - CUT
      response.writeHead(206, { 'content-range': range, 'content-length': length })
      response.write(BODY.subarray(CUT, 2 * CUT))
      arrived(2 * CUT).then(() => response.destroy())
    }
    await site.failure()
    site.handler = rest(BODY)
    await site.download()
    expect(site.asked[3]?.headers.range).toBe(`bytes=${2 * CUT}-`)
    expect(site.contentName()).toBe('body')
  })

  test.each<[string, Handler]>([
    ['knows no ranges', send(BODY, { etag: '"1"' })],
    ['has another version now', send(NEXT_BODY, { etag: '"2"' })],
    [
      'continues with another version',
      (request, response, arrived) =>
        (request.headers.range ? rest(NEXT_BODY, { etag: '"2"' }) : send(NEXT_BODY))(
          request,
          response,
          arrived
        ),
    ],
    [
      'has nothing at that place',
      (request, response, arrived) => {
        if (request.headers.range) response.writeHead(416).end()
        else send(NEXT_BODY)(request, response, arrived)
      },
    ],
    [
      'continues somewhere else',
      (request, response, arrived) => {
        if (request.headers.range) {
          response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('56789')
        } else send(NEXT_BODY)(request, response, arrived)
      },
    ],
  ])('restarts if the server %s', async (name, answer) => {
    site.handler = cut(BODY, { etag: '"1"' })
    await site.failure()
    site.handler = answer
    await site.download()
    expect(site.asked[1]?.headers.range).toBe(`bytes=${CUT}-`)
    expect(site.contentName()).toBe(name === 'knows no ranges' ? 'body' : 'next body')
  })

  test('restarts without an ETag and a modification time', async () => {
    site.handler = cut(BODY, {})
    await site.failure()
    expect(site.beside()).toEqual([])
    site.handler = send(BODY)
    await site.download()
    expect(site.asked[1]?.headers).not.toHaveProperty('range')
    expect(site.contentName()).toBe('body')
  })

  test('restarts for another URL', async () => {
    site.handler = cut(BODY, { etag: '"1"' })
    await site.failure()
    site.handler = send(NEXT_BODY)
    await site.download({ url: `${site.url}?other` })
    expect(site.asked[1]?.headers).not.toHaveProperty('range')
    expect(site.contentName()).toBe('next body')
  })

  test.each([
    ['is continued where that process ended', true],
    ['is left alone where that process lives', false],
  ])('of another process %s', async (_, hasEnded) => {
    const key = createHash('sha256').update(site.url).digest('hex')
    const pid = hasEnded ? spawnSync(process.execPath, ['--version']).pid : process.ppid
    const name = `data.bin.part-${hostname().replace(/[^\w.]/g, '_')}-${pid}-1`
    const left = join(site.dir, 'made', name)
    mkdirSync(left, { recursive: true })
    writeFileSync(join(left, 'body'), BODY.subarray(0, CUT))
    writeFileSync(join(left, 'note.json'), JSON.stringify({ key, etag: '"1"' }))
    site.handler = (request, response, arrived) =>
      (request.headers.range ? rest(BODY) : send(BODY))(request, response, arrived)
    await site.download()
    expect(site.asked[0]?.headers.range).toBe(hasEnded ? `bytes=${CUT}-` : undefined)
    expect(site.contentName()).toBe('body')
    expect(existsSync(left)).toBe(!hasEnded)
  })
})
