import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EdgeError } from '../../error.ts'
import type { Handler } from './download.fixture.ts'
import { BODY, CUT, cut, named, OLD_NAME, rest, send, useSite } from './download.fixture.ts'

const disk = vi.hoisted(() => ({ freeBytes: Number.POSITIVE_INFINITY }))

vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs/promises')>()
  const open: typeof fs.open = async (...args) => {
    const handle = await fs.open(...args)
    const write = handle.write.bind(handle) as (
      ...args: unknown[]
    ) => ReturnType<typeof handle.write>
    const limited = async (bytes: Buffer, offset: number, length: number, position: number) => {
      if (disk.freeBytes === 0) throw new Error('ENOSPC: no space left on device, write')
      const most = Math.min(length, disk.freeBytes)
      disk.freeBytes -= most
      return write(bytes, offset, most, position)
    }
    return Object.assign(handle, { write: limited })
  }
  return { ...fs, open }
})

const site = useSite()

beforeEach(() => {
  disk.freeBytes = Number.POSITIVE_INFINITY
})

describe('a failed download changes nothing and reports the reason', () => {
  beforeEach(site.putOld)
  afterEach(() => {
    expect(site.contentName()).toBe(OLD_NAME)
    expect(site.beside()).toEqual(['data.bin'])
  })

  test.each<[string, Handler, string]>([
    ['an error of the server', (_, res) => res.writeHead(404).end('gone'), '404 Not Found'],
    ['a status of its own', (_, res) => res.writeHead(299).end('odd'), 'the server answers 299'],
    ['an answer without content', (_, res) => res.writeHead(204).end(), '204 No Content'],
    ['a range nobody asked for', rest(BODY), '206 Partial Content'],
    ['a cut before the answer', (req) => req.socket.destroy(), 'socket hang up'],
  ])('%s', async (_, answer, reason) => {
    site.handler = answer
    const error = await site.failure()
    expect(error.code).toBe('download_failed')
    expect(error.message).toContain(`download of ${site.url} failed: `)
    expect(error.message).toContain(reason)
  })

  test('a refused connection', async () => {
    const free = createTcpServer()
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as AddressInfo
    await new Promise((resolve) => free.close(resolve))
    const error = await site.failure({ url: `http://127.0.0.1:${port}/` })
    expect(error).toMatchObject({
      code: 'download_failed',
      message: `download of http://127.0.0.1:${port}/ failed: connect ECONNREFUSED 127.0.0.1:${port}`,
    })
  })

  test('a response shorter than promised, even if the connection ends cleanly', async () => {
    const short = createTcpServer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')
    })
    await new Promise<void>((resolve) => short.listen(0, '127.0.0.1', resolve))
    const { port } = short.address() as AddressInfo
    expect((await site.failure({ url: `http://127.0.0.1:${port}/` })).message).toContain(
      'the connection ended early'
    )
    short.close()
  })

  test('a remainder that is too short', async () => {
    site.handler = cut(BODY, { etag: '"1"' })
    await site.failure()
    site.handler = (_, response) => {
      response
        .writeHead(206, { 'content-range': `bytes ${CUT}-${CUT + 2}/${BODY.length}` })
        .end('abc')
    }
    const { message } = await site.failure()
    expect(message).toContain(`${CUT + 3} of ${BODY.length} bytes arrived`)
    rmSync(join(site.dir, 'made', 'data.bin.part'), { recursive: true })
  })

  test.each<[string, Handler]>([
    ['from the beginning', () => {}],
    ['behind the headers', (_, response) => response.writeHead(200).flushHeaders()],
    ['in the middle', (_, response) => response.writeHead(200).write('abc')],
  ])('a response that stalls %s', async (_, answer) => {
    site.handler = answer
    expect((await site.failure({ timeoutMs: 60 })).message).toBe(
      `download of ${site.url} failed: no data arrived for 0.06 s`
    )
  })

  test.each<[string, Handler]>([
    ['as announced', send(BODY, { etag: '"1"' })],
    ['unannounced', (_, response) => void response.writeHead(200, { etag: '"1"' }).end(BODY)],
  ])('a response longer than allowed, %s', async (_, answer) => {
    site.handler = answer
    expect((await site.failure({ maxBytes: BODY.length - 1 })).message).toContain(
      'it is larger than the limit of 299999 bytes'
    )
  })

  test('content that verify rejects', async () => {
    site.handler = send(BODY, { etag: '"1"' })
    const cause = new EdgeError('asn_failed', 'line 1: expected an address')
    const verify = async (path: string) => {
      expect(named(readFileSync(path))).toBe('body')
      throw cause
    }
    const error = await site.failure({ verify })
    expect(error.code).toBe('download_failed')
    expect(error.message).toBe(`download of ${site.url} failed: line 1: expected an address`)
    expect(error.cause).toBe(cause)
  })

  test('the error contains no possible secrets', async () => {
    site.handler = (_, response) => response.writeHead(401).end()
    const secret = `${site.url.replace('//', '//me:secret@')}?license=secret`
    const { message } = await site.failure({ url: secret })
    expect(message).toBe(`download of ${site.url}?… failed: the server answers 401 Unauthorized`)
  })

  test.each([
    ['ftp://127.0.0.1/data'],
    ['data:text/plain,abc'],
    ['/etc/hostname'],
    ['iptoasn.com/data'],
    [''],
  ])('the URL %j', async (bad) => {
    expect(await site.failure({ url: bad })).toMatchObject({
      code: 'download_failed',
      message: `download of "${bad}": expected an http, https or file URL`,
    })
  })

  test('a full disk after the first bytes', async () => {
    site.handler = send(BODY, { etag: '"1"' })
    disk.freeBytes = 1_000
    const error = await site.failure()
    expect(error.code).toBe('download_failed')
    expect(error.message).toContain('ENOSPC')
  })
})

test('a directory that cannot be created is reported', async () => {
  writeFileSync(join(site.dir, 'made'), 'a file')
  site.handler = send(BODY)
  const error = await site.failure()
  expect(error.code).toBe('download_failed')
  expect(error.message).toContain(join(site.dir, 'made'))
})
