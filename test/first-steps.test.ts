// What a newcomer's first mistakes print, by the built command line.
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { get, run, scratch, startServe } from './cli.ts'

const folder = scratch()
afterAll(folder.remove)
const FREE = ['--port', '0', '--admin-port', '0']

const held = async (): Promise<string> => {
  const server = createServer()
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return String((server.address() as AddressInfo).port)
}

describe('a port in use', () => {
  test.each([
    ['--admin-port', '--port'],
    ['--port', '--admin-port'],
  ])('is reported with its option, %s', async (flag, other) => {
    const port = await held()
    const { code, out, err } = await run(['serve', '--store', 'none', flag, port, other, '0'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`port ${port} on 127.0.0.1 is in use`)
    expect(err).toContain(`choose another port with ${flag} (0 takes any free port)`)
  })
})

describe('an impossible data directory', () => {
  test.runIf(existsSync('/proc/self'))(
    '/proc/nope is reported immediately in one line',
    async () => {
      const { code, out, err } = await run(['serve', ...FREE, '--data', '/proc/nope'])
      expect([code, out]).toEqual([2, ''])
      expect(err.trim().split('\n')).toHaveLength(1)
      expect(err).toContain('the directory /proc/nope cannot be created')
    }
  )

  test('a file is reported as a file by every command that writes to the directory', async () => {
    const file = join(folder.dir, 'file')
    writeFileSync(file, '')
    for (const args of [
      ['serve', ...FREE],
      ['update', 'asn', '--url', `file://${file}`],
    ]) {
      const { code, err } = await run([...args, '--data', file])
      expect(code).toBe(2)
      expect(err).toContain(`${file} is a file: expected a directory`)
      expect(err).not.toMatch(/EEXIST|ENOTDIR|mkdir|\n +at /)
    }
  })
})

test('events in memory are available from the running edge only', async () => {
  const edge = await startServe(['--store', 'memory', '--rules', 'rules/starter.yaml'])
  onTestFinished(async () => void (await edge.stop()))
  const { headers } = await get(edge.url, { headers: { 'user-agent': 'curl/8' } })
  const ray = String(headers['cf-ray'])
  const { code, out } = await run(['events', ray, '--admin', edge.admin, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ ray: ray.slice(0, 16), action: 'block' })
})

test.each([
  [['events', '--action', 'blok'], '--action "blok": did you mean block?'],
  [['serve', ...FREE, '--store', 'sqllite'], 'store "sqllite": did you mean sqlite:FILE?'],
  [['sevre'], 'unknown command "sevre": did you mean serve?'],
  [['serve', '--upsteam', 'x'], 'unknown option "--upsteam": did you mean --upstream?'],
])('`edge1020 %s` is refused with a suggestion', async (args, message) => {
  const { code, out, err } = await run(args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(message)
})
