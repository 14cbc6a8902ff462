import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { EdgeError } from '../../error.ts'
import type { DownloadOptions } from './download.ts'
import { download } from './download.ts'

/** `arrived` resolves when the client has kept this many bytes of the file. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  arrived: (bytes: number) => Promise<void>
) => void

/** More than a socket takes at once, so that the cut is inside it. */
export const BODY = Buffer.alloc(300_000, 'abcdefghijklmnopqrstuvwxyz')
export const NEXT_BODY = Buffer.alloc(200_000, '0123456789')
/** Bytes before a cut. */
export const CUT = 100_000
export const MODIFIED = 'Mon, 02 Nov 2026 10:20:30 GMT'
const OLD = 'what was there'
export const OLD_NAME = `${OLD.length} bytes: ${OLD}`

/** Short names for bytes, because vitest takes long to compare and print so many. */
export const named = (bytes: Buffer): string =>
  bytes.equals(BODY)
    ? 'body'
    : bytes.equals(NEXT_BODY)
      ? 'next body'
      : `${bytes.length} bytes: ${bytes.subarray(0, 40)}`

export const send =
  (body: Buffer, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(200, { 'content-length': body.length, ...headers }).end(body)
  }

/** Sends the first part, and cuts the connection when the client has kept it. */
export const cut =
  (body: Buffer, headers: Record<string, string>): Handler =>
  (_, response, arrived) => {
    response.writeHead(200, { 'content-length': body.length, ...headers })
    response.write(body.subarray(0, CUT))
    arrived(CUT).then(() => response.destroy())
  }

/** Continues if the request asks for it. */
export const rest =
  (body: Buffer, headers: Record<string, string> = {}): Handler =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1])
    const end = body.length
    const range = `bytes ${from}-${end - 1}/${end}`
    response.writeHead(206, { 'content-range': range, ...headers }).end(body.subarray(from))
  }

/** A server for downloads and a folder for them, new for each test. */
export class Site {
  dir = ''
  file = ''
  url = ''
  handler: Handler = send(BODY)
  asked: IncomingMessage[] = []
  private awaited: { readonly bytes: number; readonly resolve: () => void }[] = []

  /** Resolves when the download has kept this many bytes of its file. */
  arrived = (bytes: number) =>
    new Promise<void>((resolve) => {
      this.awaited.push({ bytes, resolve })
    })

  content = () => readFileSync(this.file)
  contentName = () => named(this.content())
  /** Names of all entries in the folder of the file. */
  beside = () => readdirSync(join(this.dir, 'made')).sort()

  putOld = () => {
    mkdirSync(join(this.dir, 'made'), { recursive: true })
    writeFileSync(this.file, OLD)
  }

  download = ({ onProgress, ...options }: Partial<DownloadOptions> = {}) =>
    download({
      url: this.url,
      file: this.file,
      ...options,
      onProgress: (bytes, total) => {
        for (const waiting of this.awaited) if (bytes >= waiting.bytes) waiting.resolve()
        onProgress?.(bytes, total)
      },
    })

  failure = async (options: Partial<DownloadOptions> = {}): Promise<EdgeError> => {
    try {
      await this.download(options)
    } catch (error) {
      if (error instanceof EdgeError) return error
      throw error
    }
    throw new Error('nothing was thrown')
  }
}

export const useSite = (): Site => {
  const site = new Site()
  let close = () => {}

  beforeEach(async () => {
    site.dir = mkdtempSync(join(tmpdir(), 'edge1020-download-'))
    site.file = join(site.dir, 'made', 'data.bin')
    site.asked = []
    const server = createServer((request, response) => {
      site.asked.push(request)
      site.handler(request, response, site.arrived)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`
    close = () => {
      server.closeAllConnections()
      server.close()
    }
  })

  afterEach(() => {
    close()
    rmSync(site.dir, { recursive: true, force: true })
  })

  return site
}
