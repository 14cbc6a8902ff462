import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findConfig, loadConfig } from './load.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edge1020-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const IMPORT = "import { defineConfig } from 'edge1020/config'\n"

describe('loadConfig', () => {
  test.each([
    [
      'edge1020.config.ts',
      `${IMPORT}enum P { A = 9020 }\nexport default defineConfig({ port: P.A as number })`,
    ],
    [
      'edge1020.config.mts',
      `${IMPORT}const port: number = await Promise.resolve(9020)\nexport default defineConfig({ port })`,
    ],
    ['edge1020.config.mjs', `${IMPORT}export default defineConfig({ port: 9020 })`],
    ['edge1020.config.js', `${IMPORT}export default defineConfig({ port: 9020 })`],
    [
      'edge1020.config.cjs',
      "const { defineConfig } = require('edge1020/config')\nmodule.exports = defineConfig({ port: 9020 })",
    ],
    ['edge1020.config.json', '\ufeff{ "$schema": "x", "port": 9020 }'],
  ])('%s', async (name, text) => {
    const { file, values } = await loadConfig(write(name, text), folder)
    expect(file).toBe(name)
    expect([...values]).toEqual([['port', ['9020']]])
  })

  test('paths lead from the current folder to the files that the configuration names', async () => {
    const file = write(
      'edge1020.config.json',
      JSON.stringify({
        rules: ['rules/a.yaml', '/etc/rules'],
        store: 'sqlite:data/events.db',
        sinks: ['ndjson:e.ndjson', 'https://logs.test/'],
        feeds: ['drop=drop.json,weight=80', 'tor=https://feeds.test/tor.txt'],
        geo: ['geoip-lite', 'geo.mmdb'],
        upstream: 'http://127.0.0.1:3000',
      })
    )
    mkdirSync(join(folder, 'sub'))
    const { file: shown, values } = await loadConfig(file, join(folder, 'sub'))
    expect(shown).toBe('../edge1020.config.json')
    expect(Object.fromEntries(values)).toEqual({
      rules: ['../rules/a.yaml', '/etc/rules'],
      store: ['sqlite:../data/events.db'],
      sinks: ['ndjson:../e.ndjson', 'https://logs.test/'],
      feeds: ['drop=../drop.json,weight=80', 'tor=https://feeds.test/tor.txt'],
      geo: ['geoip-lite', '../geo.mmdb'],
      upstream: ['http://127.0.0.1:3000'],
    })
  })

  test('what is compiled is kept in the project, and a change counts at once', async () => {
    const cache = join(folder, 'node_modules/.cache/edge1020')
    const portOf = async (port: number) => {
      const file = write('edge1020.config.ts', `export default { port: ${port} as number }`)
      return (await loadConfig(file, folder)).values.get('port')
    }
    expect(await portOf(1)).toEqual(['1'])
    expect(existsSync(cache)).toBe(false)
    mkdirSync(join(folder, 'node_modules'))
    expect(await portOf(1)).toEqual(['1'])
    expect(readdirSync(cache)).not.toEqual([])
    expect(await portOf(1)).toEqual(['1'])
    expect(await portOf(2)).toEqual(['2'])
  })

  test.each([
    ['edge1020.config.ts', 'export default {', /^edge1020\.config\.ts: .*1:\d+/],
    ['edge1020.config.ts', "throw new Error('no key')", /^edge1020\.config\.ts: no key$/],
    ['edge1020.config.ts', 'export const config = {}', /^edge1020\.config\.ts: no default export/],
    ['edge1020.config.json', '{ port: 1 }', /^edge1020\.config\.json: not JSON: /],
  ])('%s with %j is refused', async (name, text, message) => {
    await expect(loadConfig(write(name, text), folder)).rejects.toThrow(
      expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(message) })
    )
  })

  test('a file that is not there is refused', async () => {
    const missing = loadConfig(join(folder, 'x.ts'), folder)
    await expect(missing).rejects.toThrow('x.ts: no such file')
  })
})

describe('findConfig', () => {
  test('finds the nearest one, TypeScript first', () => {
    expect(findConfig(folder)).toBeUndefined()
    const json = write('edge1020.config.json', '{}')
    mkdirSync(join(folder, 'a/b/edge1020.config.ts'), { recursive: true })
    expect(findConfig(join(folder, 'a/b'))).toBe(json)
    const ts = write('edge1020.config.ts', '')
    expect(findConfig(join(folder, 'a/b'))).toBe(ts)
    const nearer = write('a/edge1020.config.mjs', '')
    expect(findConfig(join(folder, 'a/b'))).toBe(nearer)
  })
})
