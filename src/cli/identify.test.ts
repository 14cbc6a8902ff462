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

test('a block at a URL is told with its code, its Ray ID and what to do, exit code 1', async () => {
  const { code, out } = await cli('identify', `${url}/blocked`)
  expect(code).toBe(1)
  expect(out).toMatch(/^What +\S.* 1020$/m)
  expect(out).toMatch(new RegExp(`^Ray ID +${RAY.source}$`, 'm'))
  expect(out).toMatch(/^Retry +will not help$/m)
  expect(out).toMatch(/^Advice +\S/m)
  expect(out).toMatch(/^Note +from edge1020, not from Cloudflare$/m)
})

test('the site’s own answer is none, exit code 0', async () => {
  expect(await cli('identify', `${url}/`)).toMatchObject({
    code: 0,
    out: "the site's own answer: no block\n",
  })
  expect(await cli('identify', `${url}/`, '--json')).toMatchObject({ code: 0, out: 'null\n' })
})

test('a saved response is read from a file, and from standard input in pieces', async () => {
  const fromFile = await cli('identify', FILE, '--json')
  const bytes = Buffer.from(saved)
  const pieces = [bytes.subarray(0, 101), bytes.subarray(101)]
  const fromInput = await cliWith(pieces, 'identify', '-', '--json')
  expect(JSON.parse(fromFile.out)).toMatchObject({ code: 1020, emulated: true })
  expect(fromInput).toEqual(fromFile)
  expect(await cliWith([saved], 'identify', '-', '--json')).toEqual(fromFile)
})

test('a character that is cut between two pieces of standard input stays whole', async () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\n\nä')
  const pieces = [bytes.subarray(0, -1), bytes.subarray(-1)]
  expect(await cliWith(pieces, 'identify', '-')).toMatchObject({ code: 0 })
})

test('a rate limit says when to try again', async () => {
  const { out } = await cli('page', '1015', '--include')
  const { out: told } = await cliWith([out], 'identify', '-')
  expect(told).toMatch(/^Retry +yes, after \d+ s$/m)
})

test('headers and the user agent go with the request', async () => {
  await cli('identify', `${url}/`, '-A', 'my client', '-H', 'X-A: 1', '-H', 'x-b:2:3')
  const { headers } = asked.at(-1)!
  expect(headers).toMatchObject({ 'user-agent': 'my client', 'x-a': '1', 'x-b': '2:3' })
})

test('a URL that does not answer is an error with its reason', async () => {
  const { error } = await cli('identify', `${url}/silent`)
  expect(error).toMatchObject({
    code: 'request_failed',
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/silent: (?!fetch failed)/),
  })
})

test('a file that is not there is an error with its name', async () => {
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
