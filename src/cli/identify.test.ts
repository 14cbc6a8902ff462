import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli, cliWith } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-identify-'))
const FILE = join(folder, 'saved.txt')
const asked: IncomingMessage[] = []
let saved = ''
const server = createServer((request, response) => {
  asked.push(request)
  if (request.url === '/blocked') {
    const [head = '', body] = saved.split('\n\n')
    const [status = '', ...lines] = head.split('\n')
    const fields = lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string])
    const rest = fields.filter(([name]) => name !== 'Content-Length')
    response.writeHead(Number(status.split(' ')[1]), Object.fromEntries(rest)).end(body)
  } else if (request.url === '/silent') response.destroy()
  else response.end('hello')
})
let url = ''

beforeAll(async () => {
  saved = (await cli('page', '1020', '--include')).out
  writeFileSync(FILE, saved)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const RAY = /[\da-f]{16}-LOC/

test('reports the code, the Ray ID and the remedy of a block at a URL, exit code 1', async () => {
  const { code, out } = await cli('identify', `${url}/blocked`)
  expect(code).toBe(1)
  expect(out).toMatch(/^What +\S.* 1020$/m)
  expect(out).toMatch(new RegExp(`^Ray ID +${RAY.source}$`, 'm'))
  expect(out).toMatch(/^Retry +will not help$/m)
  expect(out).toMatch(/^Advice +\S/m)
  expect(out).toMatch(/^Note +from edge1020, not from Cloudflare$/m)
})

test('the site’s own answer is no block, exit code 0', async () => {
  expect(await cli('identify', `${url}/`)).toMatchObject({
    code: 0,
    out: "the site's own answer: no block\n",
  })
  expect(await cli('identify', `${url}/`, '--json')).toMatchObject({ code: 0, out: 'null\n' })
})

test('reads a saved response from a file, and from standard input in chunks', async () => {
  const fromFile = await cli('identify', FILE, '--json')
  const bytes = Buffer.from(saved)
  const pieces = [bytes.subarray(0, 101), bytes.subarray(101)]
  const fromInput = await cliWith(pieces, 'identify', '-', '--json')
  expect(JSON.parse(fromFile.out)).toMatchObject({ code: 1020, emulated: true })
  expect(fromInput).toEqual(fromFile)
  expect(await cliWith([saved], 'identify', '-', '--json')).toEqual(fromFile)
})

test('joins a character that is split between two chunks of standard input', async () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\n\nä')
  const pieces = [bytes.subarray(0, -1), bytes.subarray(-1)]
  expect(await cliWith(pieces, 'identify', '-')).toMatchObject({ code: 0 })
})

test('reports the retry time of a rate limit', async () => {
  const { out } = await cli('page', '1015', '--include')
  const { out: told } = await cliWith([out], 'identify', '-')
  expect(told).toMatch(/^Retry +yes, after \d+ s$/m)
})

test('sends the headers and the user agent', async () => {
  await cli('identify', `${url}/`, '-A', 'my client', '-H', 'X-A: 1', '-H', 'x-b:2:3')
  const { headers } = asked.at(-1)!
  expect(headers).toMatchObject({ 'user-agent': 'my client', 'x-a': '1', 'x-b': '2:3' })
})

test('the error for a URL that does not answer contains the reason', async () => {
  const { error } = await cli('identify', `${url}/silent`)
  expect(error).toMatchObject({
    code: 'request_failed',
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/silent: (?!fetch failed)/),
  })
})

test('the error for a missing file contains its name', async () => {
  const { error } = await cli('identify', join(folder, 'none'))
  expect(error).toMatchObject({
    code: 'file_not_found',
    message: expect.stringContaining(join(folder, 'none')),
  })
})

test.each([
  [[], 'expected one URL, one file, or - for standard input'],
  [['a', 'b'], 'expected one URL, one file, or - for standard input'],
  [['http://127.0.0.1:1/', '-H', 'x'], '--header "x": expected name: value'],
  [['http://127.0.0.1:1/', '-H', ':x'], '--header ":x": expected name: value'],
  [['http://127.0.0.1:1/', '--timeout', '0'], '--timeout'],
])('identify %j is wrong usage', async (argv, message) => {
  const { error } = await cli('identify', ...argv)
  expect(error).toMatchObject({ code: 'wrong_usage', message: expect.stringContaining(message) })
})
