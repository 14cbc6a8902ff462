import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cli } from './io.fixture.ts'

const FEED = '198.51.101.0/24\n198.51.102.0/24\n'
const server = createServer((request, response) => {
  if (request.url === '/feed.txt') response.end(FEED)
  else response.writeHead(404).end()
})
let url = ''
let data = ''

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'edge1020-update-'))
  return () => rmSync(data, { recursive: true })
})
afterAll(() => void server.close())

const update = (...argv: string[]) => cli('update', ...argv, '--data', data)

test('downloads and counts feeds', async () => {
  expect(await update('feeds', '--feed', `bad=${url}/feed.txt`)).toMatchObject({
    code: 0,
    out: 'bad: updated, 2 entries\n',
    err: '',
  })
  expect(readdirSync(data)).not.toEqual([])
})

test('reports the reason of a failed feed with exit code 1, and updates the others', async () => {
  const argv = ['--feed', `gone=${url}/none.txt`, '--feed', `bad=${url}/feed.txt`]
  const { code, out, err } = await update('feeds', ...argv)
  expect({ code, out }).toEqual({ code: 1, out: 'bad: updated, 2 entries\n' })
  expect(err).toMatch(/^error: .*404/)
})

test('--json prints every feed with its status', async () => {
  const argv = ['--feed', `gone=${url}/none.txt`, '--feed', `bad=${url}/feed.txt`, '--json']
  const { code, out, err } = await update('feeds', ...argv)
  expect({ code, err }).toEqual({ code: 1, err: '' })
  expect(JSON.parse(out).feeds).toMatchObject([
    { name: 'gone', status: 'failed' },
    { name: 'bad', entries: 2 },
  ])
})

test('an invalid table of networks changes nothing', async () => {
  const { error } = await update('asn', '--url', `${url}/feed.txt`)
  expect(error?.message).toContain(`${url}/feed.txt`)
  expect(readdirSync(data).filter((name) => !name.includes('part'))).toEqual([])
})

test.each([
  [[], 'expected asn or feeds'],
  [['ans'], 'unknown data "ans": did you mean asn?'],
  [['toString'], 'unknown data "toString": expected one of asn, feeds'],
  [['asn', 'feeds'], 'unexpected "feeds"'],
  [['feeds'], 'expected --feed NAME=URL'],
])('update %j is wrong usage', async (argv, message) => {
  const { error } = await update(...argv)
  expect(error).toMatchObject({ code: 'wrong_usage', message: expect.stringContaining(message) })
})
