// Clients that people use, against a live edge: each has to take its answers for Cloudflare's.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, startServe } from './cli.ts'

const mustRun = process.env.CI === 'true'
let edge: Running
beforeAll(async () => {
  edge = await startServe(['--store', 'memory'])
})
afterAll(async () => {
  await edge?.stop()
})

const said = async (program: string, args: readonly string[], cwd?: URL): Promise<string> => {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  await once(child, 'close')
  // Colours stand between the words.
  return text.replace(/\x1b\[[\d;]*m/g, '')
}

/** Debian's own, which knows Debian's packages. */
const PYTHON = '/usr/bin/python3'

const isThere = (program: string, args: readonly string[]) => {
  const found = spawnSync(program, args, { stdio: 'ignore' })
  return found.error === undefined && found.status === 0
}

const PEERS = new URL('peers/', import.meta.url)

const CLIENTS = {
  curl: isThere('curl', ['--version']),
  urllib: isThere(PYTHON, ['-c', 'import urllib.request']),
  requests: isThere(PYTHON, ['-c', 'import requests']),
  wafw00f: isThere('wafw00f', ['--version']),
  nmap: isThere('nmap', ['--version']),
  'yt-dlp': isThere('yt-dlp', ['--version']),
  cloudscraper: existsSync(new URL('node_modules/cloudscraper', PEERS)),
}
const missing = Object.entries(CLIENTS).flatMap(([name, there]) => (there ? [] : [name]))
if (missing.length > 0 && !mustRun) {
  console.warn(`tests with real clients skipped, not installed: ${missing.join(', ')}`)
}
const skips = (name: keyof typeof CLIENTS) => !CLIENTS[name] && !mustRun

describe('clients in the field', () => {
  test.skipIf(skips('curl'))(
    'curl: the short text, and the page where it offers to decompress',
    async () => {
      expect(await said('curl', ['-s', edge.url])).toBe('error code: 1020\n')
      const page = await said('curl', ['-s', '--compressed', '-i', edge.url])
      expect(page).toMatch(/^content-encoding: (?:gzip|br)\r$/im)
      expect(page).toContain('<title>Access denied</title>')
    }
  )

  test.skipIf(skips('urllib'))('Python urllib: an HTTPError with the short text', async () => {
    const program = `
import sys, urllib.request, urllib.error
try:
    urllib.request.urlopen(sys.argv[1])
except urllib.error.HTTPError as error:
    print(error.code, error.headers["Server"], error.read())`
    expect(await said(PYTHON, ['-c', program, edge.url])).toBe(
      "403 cloudflare b'error code: 1020\\n'\n"
    )
  })

  test.skipIf(skips('requests'))('Python requests: the page, decompressed', async () => {
    const program = `
import sys, requests
r = requests.get(sys.argv[1])
print(r.status_code, r.encoding, "<title>Access denied</title>" in r.text, r.headers["CF-RAY"][:16] in r.text)`
    expect(await said(PYTHON, ['-c', program, edge.url])).toBe('403 UTF-8 True True\n')
  })

  test.skipIf(skips('wafw00f'))(
    'wafw00f: behind Cloudflare',
    async () => {
      expect(await said('wafw00f', [`${edge.url}/`])).toMatch(/is behind Cloudflare/)
    },
    60_000
  )

  // It knows `Server: cloudflare-nginx` and the cookie __cfduid, which Cloudflare has given up.
  test.skipIf(skips('nmap'))(
    'nmap: nothing, as with Cloudflare itself today',
    async () => {
      const { port } = new URL(edge.url)
      const scripts = '+http-waf-fingerprint,+http-title,+http-server-header'
      const report = await said('nmap', ['-Pn', '-p', port, '--script', scripts, '127.0.0.1'])
      expect(report).toMatch(/http-server-header: cloudflare/)
      expect(report).not.toContain('Detected WAF')
    },
    60_000
  )

  test.skipIf(skips('yt-dlp'))(
    'yt-dlp: an ordinary 403, no challenge',
    async () => {
      const url = `${edge.url}/cdn-cgi/error/1020?dialect=html`
      const report = await said('yt-dlp', ['--no-warnings', '--ignore-config', url])
      expect(report).toContain('HTTP Error 403')
      expect(report).not.toMatch(/impersonat|challenge/i)
    },
    60_000
  )

  // Written for the page as it was until 2021: it finds the number where g1 has it, and in `union`.
  test.skipIf(skips('cloudscraper'))(
    'cloudscraper: a CloudflareError with the code',
    async () => {
      const program = `
const cloudscraper = require('cloudscraper')
cloudscraper.get(process.argv[1]).then(
  () => console.log('passed'),
  ({ name, errorType, cause, response }) => console.log(name, errorType, cause, response?.statusCode)
)`
      const seen = (query: string) =>
        said(process.execPath, ['--no-deprecation', '--eval', program, edge.url + query], PEERS)
      for (const generation of ['g1', 'union']) {
        expect(await seen(`/cdn-cgi/error/1020?generation=${generation}`)).toBe(
          'CloudflareError 2 1020 403\n'
        )
        expect(await seen(`/cdn-cgi/error/1006?generation=${generation}`)).toBe(
          'CloudflareError 2 1006 403\n'
        )
      }
      expect(await seen('/cdn-cgi/error/1020?generation=g3')).toBe(
        'StatusCodeError 5 undefined 403\n'
      )
      expect(await seen('/cdn-cgi/error/522')).toBe('StatusCodeError 5 undefined 522\n')
    },
    60_000
  )
})
