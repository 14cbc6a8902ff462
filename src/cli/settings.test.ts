import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { check } from './check.ts'
import type { Command } from './command.ts'
import { parseArguments, withSettings } from './command.ts'
import { serve } from './serve.ts'
import { settingsOf } from './settings.ts'

let folder = ''
let config = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edge1020-settings-'))
  config = join(folder, 'edge1020.config.json')
  writeFileSync(
    config,
    JSON.stringify({
      rules: 'own.yaml',
      port: 9020,
      trust: ['10.0.0.0/8', '::1'],
      redactQuery: ['a', 'b'],
      overrides: true,
      tls: { cert: 'c.pem', key: 'k.pem' },
      admin: { port: 9021 },
    })
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = async (command: Command, argv: string[], env: Record<string, string> = {}) => {
  const args = parseArguments(command, argv)
  return withSettings(args, await settingsOf(command, args, env))
}
const here = (name: string) => relative(process.cwd(), join(folder, name))

describe('a flag wins over a variable, a variable over the configuration, and that over the default', () => {
  test.each([
    [['--port', '1'], { EDGE1020_PORT: '2' }, '1'],
    [[], { EDGE1020_PORT: '2' }, '2'],
    [[], { EDGE1020_PORT: '' }, '9020'],
    [[], {}, '9020'],
  ])('%j with %j', async (argv, env, port) => {
    const args = await read(serve, ['--config', config, ...argv], env)
    expect(args.text('port')).toBe(port)
  })

  test('without a configuration', async () => {
    const args = await read(serve, ['--no-config'])
    expect(args.text('port')).toBe('8020')
    expect(args.texts('trust')).toEqual([])
    expect(args.on('overrides')).toBe(false)
    expect(args.settings.file).toBeUndefined()
  })

  test('lists', async () => {
    const named = ['--config', config]
    expect((await read(serve, named)).texts('trust')).toEqual(['10.0.0.0/8', '::1'])
    expect((await read(serve, [...named, '--trust', 'loopback'])).texts('trust')).toEqual([
      'loopback',
    ])
    const env = { EDGE1020_TRUST: 'a, b', EDGE1020_RULES: 'x.yaml:y.yaml:' }
    const args = await read(serve, named, env)
    expect(args.texts('trust')).toEqual(['a', 'b'])
    expect(args.texts('rules')).toEqual(['x.yaml', 'y.yaml'])
    expect(args.text('redact-query')).toBe('a,b')
  })
})

test('a switch of the configuration can be turned off', async () => {
  expect((await read(serve, ['--config', config])).on('overrides')).toBe(true)
  expect((await read(serve, ['--config', config, '--no-overrides'])).on('overrides')).toBe(false)
})

test('a TLS flag disables the TLS settings of the configuration', async () => {
  expect((await read(serve, ['--config', config])).text('tls-cert')).toBe(here('c.pem'))
  const args = await read(serve, ['--config', config, '--tls'])
  expect([args.on('tls'), args.text('tls-cert')]).toEqual([true, undefined])
})

test('commands use the admin port of the configuration, which does not count as a flag', async () => {
  const args = await read(check, [], { EDGE1020_CONFIG: config })
  expect(args.text('admin')).toBe('http://127.0.0.1:9021')
  expect(args.given('admin')).toBe(false)
  expect(args.texts('rules')).toEqual([here('own.yaml')])
  expect(args.settings.rules).toEqual([here('own.yaml')])
  const env = { EDGE1020_CONFIG: config, EDGE1020_ADMIN_PORT: '9999' }
  expect((await read(check, [], env)).text('admin')).toBe('http://127.0.0.1:9999')
  const url = { ...env, EDGE1020_ADMIN: 'http://edge.test:1' }
  expect((await read(check, [], url)).text('admin')).toBe('http://edge.test:1')
})

test.each([
  ['192.0.2.7', '', '192.0.2.7:8021'],
  ['edge.test', '9021', 'edge.test:9021'],
  ['0.0.0.0', '9021', '127.0.0.1:9021'],
  ['::', '', '[::1]:8021'],
  ['2001:db8::5', '', '[2001:db8::5]:8021'],
])('an admin side on host %s and port “%s” is asked at %s', async (host, port, address) => {
  const env = { EDGE1020_ADMIN_HOST: host, EDGE1020_ADMIN_PORT: port }
  expect((await read(check, ['--no-config'], env)).text('admin')).toBe(`http://${address}`)
})

test('admin port 0 gives commands no address', async () => {
  const env = { EDGE1020_ADMIN_HOST: 'edge.test', EDGE1020_ADMIN_PORT: '0' }
  expect((await read(check, ['--no-config'], env)).text('admin')).toBeUndefined()
})

test('an admin port on HTTPS needs an explicit address', async () => {
  const named = join(folder, 'https.json')
  writeFileSync(named, JSON.stringify({ admin: { port: 9021, tls: true } }))
  expect((await read(check, ['--config', named])).text('admin')).not.toBe('http://127.0.0.1:9021')
})

test('--config and --no-config exclude each other', async () => {
  await expect(read(serve, ['--config', config, '--no-config'])).rejects.toThrow(
    '--config and --no-config: expected only one of them'
  )
})
