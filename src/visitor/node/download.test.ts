import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { BODY, MODIFIED, NEXT_BODY, named, OLD_NAME, send, useSite } from './download.fixture.ts'

const site = useSite()

describe('a complete file', () => {
  test('is saved with the modification time of its source', async () => {
    site.handler = send(BODY, { 'last-modified': MODIFIED })
    const seen: [number, number | undefined][] = []
    const result = await site.download({ onProgress: (...now) => seen.push(now) })
    expect(result).toEqual({ status: 'updated', bytes: BODY.length })
    expect(site.contentName()).toBe('body')
    expect(statSync(site.file).mtime.toUTCString()).toBe(MODIFIED)
    expect(seen.at(-1)).toEqual([BODY.length, BODY.length])
    expect(site.beside()).toEqual(['data.bin', 'data.bin.source.json'])
  })

  test('replaces the previous file', async () => {
    site.putOld()
    site.handler = send(BODY)
    await site.download()
    expect(site.contentName()).toBe('body')
  })

  test('arrives in any number of chunks', async () => {
    site.handler = (_, response) => {
      response.write(BODY)
      response.end(NEXT_BODY)
    }
    await site.download()
    expect(site.content().equals(Buffer.concat([BODY, NEXT_BODY]))).toBe(true)
  })

  test('stays compressed', async () => {
    site.handler = send(Buffer.from([0x1f, 0x8b, 8, 0]), { 'content-encoding': 'gzip' })
    await site.download()
    expect([...site.content()]).toEqual([0x1f, 0x8b, 8, 0])
    expect(site.asked[0]?.headers['accept-encoding']).toBe('identity')
  })

  test('may be rewritten by verify, without another download', async () => {
    site.handler = send(BODY, { etag: '"1"' })
    await site.download({ verify: (path) => writeFileSync(path, 'compiled') })
    expect(site.content().toString()).toBe('compiled')
    site.handler = (_, response) => response.writeHead(304).end()
    expect(await site.download()).toEqual({ status: 'unchanged', bytes: 0 })
    expect(site.asked[1]?.headers['if-none-match']).toBe('"1"')
  })
})

describe('an up-to-date file', () => {
  test.each([
    ['by its tag', { etag: '"1"' }, { 'if-none-match': '"1"' }],
    ['by a weak tag', { etag: 'W/"1"' }, { 'if-none-match': 'W/"1"' }],
    ['by its time', { 'last-modified': MODIFIED }, { 'if-modified-since': MODIFIED }],
  ])('is recognised %s and left unchanged', async (_, headers, expected) => {
    site.handler = send(BODY, headers)
    await site.download()
    const before = statSync(site.file)
    site.handler = (_request, response) => response.writeHead(304).end()
    expect(await site.download()).toEqual({ status: 'unchanged', bytes: 0 })
    expect(site.asked[1]?.headers).toMatchObject(expected)
    expect(statSync(site.file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
    expect(site.beside()).toEqual(['data.bin', 'data.bin.source.json'])
  })

  test.each<[string, () => void]>([
    ['was changed by somebody', () => writeFileSync(site.file, 'what was there')],
    ['was touched by somebody', () => utimesSync(site.file, 1, 1)],
    ['is gone', () => rmSync(site.file)],
    ['has a damaged note', () => writeFileSync(`${site.file}.source.json`, 'nonsense')],
    ['comes from elsewhere now', () => (site.url += '?other')],
  ])('is downloaded unconditionally if it %s', async (_, change) => {
    site.handler = send(BODY, { etag: '"1"', 'last-modified': MODIFIED })
    await site.download()
    change()
    await site.download()
    expect(site.asked[1]?.headers).not.toHaveProperty('if-none-match')
    expect(site.asked[1]?.headers).not.toHaveProperty('if-modified-since')
    expect(site.contentName()).toBe('body')
  })

  test('is downloaded again on request', async () => {
    site.handler = send(BODY, { etag: '"1"', 'last-modified': MODIFIED })
    await site.download()
    expect((await site.download({ anew: true })).status).toBe('updated')
    expect(site.asked[1]?.headers).not.toHaveProperty('if-none-match')
    expect(site.asked[1]?.headers).not.toHaveProperty('if-modified-since')
  })

  test('is an error in response to an unconditional request', async () => {
    site.handler = (_, response) => response.writeHead(304).end()
    expect((await site.failure()).message).toBe(
      `download of ${site.url} failed: the server answers 304 Not Modified`
    )
  })
})

test('concurrent downloads do not disturb each other', async () => {
  const bodies = [BODY, NEXT_BODY, BODY, NEXT_BODY]
  site.handler = (...exchange) => send(bodies[site.asked.length - 1]!)(...exchange)
  const came: string[] = []
  const verify = (path: string) => void came.push(named(readFileSync(path)))
  const results = await Promise.all(bodies.map(() => site.download({ verify })))
  expect(results.map(({ status }) => status)).toEqual(Array(4).fill('updated'))
  expect(came.sort()).toEqual(['body', 'body', 'next body', 'next body'])
  expect(['body', 'next body']).toContain(site.contentName())
  expect(site.beside()).toEqual(['data.bin', 'data.bin.source.json'])
})

describe('redirects', () => {
  test('are followed, including relative ones', async () => {
    site.handler = (request, response, arrived) => {
      if (request.url === '/data') response.writeHead(302, { location: '/there' }).end()
      else if (request.url === '/there') {
        response.writeHead(308, { location: site.url.replace('data', 'end') }).end()
      } else send(BODY)(request, response, arrived)
    }
    await site.download()
    expect(site.asked.map((request) => request.url)).toEqual(['/data', '/there', '/end'])
    expect(site.contentName()).toBe('body')
  })

  test.each([
    ['without end', '/data', 'the server redirects more than 5 times'],
    ['to a file', 'file:///etc/hostname', 'the server redirects from http:// to file:///'],
    ['to nowhere', 'http://[', 'the server redirects without a location'],
  ])('%s are refused', async (_, location, reason) => {
    site.putOld()
    site.handler = (_request, response) => response.writeHead(302, { location }).end()
    expect((await site.failure()).message).toContain(reason.replace(/\/$/, ''))
    expect(site.asked.length).toBeLessThan(10)
    expect(site.contentName()).toBe(OLD_NAME)
  })

  test('do not pass credentials to another server', async () => {
    const other: (string | undefined)[] = []
    const elsewhere = createServer((request, response) => {
      other.push(request.headers.authorization)
      response.end(BODY)
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const { port } = elsewhere.address() as AddressInfo
    site.handler = (_, response) => {
      response.writeHead(301, { location: `http://a:b@127.0.0.1:${port}/` }).end()
    }
    await site.download({ url: site.url.replace('//', '//me:secret@') })
    elsewhere.close()
    expect(site.asked[0]?.headers.authorization).toBe(`Basic ${btoa('me:secret')}`)
    expect(other).toEqual([undefined])
  })
})

describe('file URLs', () => {
  test('are copied, and recognised if unchanged', async () => {
    const source = join(site.dir, 'source')
    writeFileSync(source, BODY)
    const fileUrl = pathToFileURL(source).href
    expect(await site.download({ url: fileUrl })).toEqual({
      status: 'updated',
      bytes: BODY.length,
    })
    expect(site.contentName()).toBe('body')
    expect(await site.download({ url: fileUrl })).toEqual({ status: 'unchanged', bytes: 0 })
    writeFileSync(source, NEXT_BODY)
    expect((await site.download({ url: fileUrl })).status).toBe('updated')
    expect(site.contentName()).toBe('next body')
  })

  test.each([
    ['a file that is missing', 'missing', 'ENOENT'],
    ['a folder', '', 'it is not a file'],
  ])('%s is refused', async (_, name, reason) => {
    const { message } = await site.failure({ url: pathToFileURL(join(site.dir, name)).href })
    expect(message).toContain(reason)
  })
})
