// What `explain` reads from a command line of curl, compared with what curl itself sends.
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRequestText } from '../src/toolkit/requests/read.ts'

const execute = promisify(execFile)
const hasCurl = spawnSync('curl', ['--version']).status === 0

interface Received {
  method: string | undefined
  url: string | undefined
  headers: string[]
  body: string
}
let received: Received | undefined
const read = async (request: IncomingMessage): Promise<Received> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method, url, rawHeaders } = request
  return { method, url, headers: rawHeaders, body: Buffer.concat(chunks).toString('utf8') }
}
const server = createServer(async (request, response) => {
  received = await read(request)
  response.end()
})
let port = 0

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
})

/** By name, in small letters, without what differs from version to version and from form to form. */
const comparable = (pairs: readonly (readonly [string, string])[]) =>
  Object.fromEntries(
    pairs
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== 'accept-encoding')
      .map(([name, value]) => [
        name,
        name === 'user-agent' ? value.replace(/^curl\/[\d.]+/, 'curl') : value,
      ])
  )

describe.skipIf(!hasCurl)('curl sends what is read from', () => {
  test.each([
    'curl URL',
    "curl URL -A 'Mozilla/5.0 (X11)' -e https://ref.test/ -b 'a=1; b=2'",
    'curl -X PATCH URL -H \'Content-Type: application/json\' --data-raw \'{"a": "b c"}\'',
    "curl URL -d a=1 -d 'b=x y' -H 'Accept:' -H 'X-Empty;' -H 'User-Agent: own'",
    "curl -G URL -d a=1 --data-urlencode 'b=x y&z'",
    "curl URL --data-urlencode 'b=x y&z' --data-urlencode '=é~!(' --data-urlencode 'plain text'",
    'curl -u ann:secret URL -I',
    "curl URL/a/../b/./c?d=/../e -H 'Host: shop.test'",
    'curl --path-as-is URL/a/../b',
    'curl URL --json \'{"a":1}\'',
    'curl URL -r 0-5 --oauth2-bearer token',
    "curl URL -A '' -b x=y",
    'curl "URL?q=a%20b" --url-query "c=d e"',
    "curl -sSkL --http1.0 URL -H $'X-Odd: a\\'b'",
    'curl --request-target "/other-path?x" URL',
  ])('%s', async (line) => {
    const command = line.replaceAll('URL', `http://127.0.0.1:${port}/p`)
    received = undefined
    await execute('bash', [
      '-c',
      `${command} -s -o ${process.platform === 'win32' ? 'NUL' : '/dev/null'} --noproxy '*'`,
    ])
    const { request } = readRequestText(command)
    const { method, url, headers, body } = received!
    const sent = headers.flatMap((name, i) =>
      i % 2 === 0 ? [[name, headers[i + 1]!] as [string, string]] : []
    )
    expect(request.method).toBe(method)
    const target = request.url!.replace(/^https?:\/\/[^/?]*/, '')
    expect(target === '' ? '/' : target).toBe(url)
    expect(comparable(request.headers as [string, string][])).toEqual(comparable(sent))
    expect(request.body ?? '').toBe(body)
  })
})
