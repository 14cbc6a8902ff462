// npm run bench: ratios within one run, against peers. Absolute figures move with the machine.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, print, requireWrk, start } from './load.mjs'

const BROWSER = [
  'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/148.0 Safari/537.36',
  'accept-encoding: gzip, br',
]
const STARTS = 7

const together = async (title, modes) => {
  const servers = await Promise.all(modes.map(start))
  try {
    print(title, compare(servers, { headers: BROWSER }))
  } finally {
    for (const { stop } of servers) stop()
  }
}

const startToReady = async () => {
  const times = []
  for (let i = 0; i < STARTS; i++) {
    const data = mkdtempSync(join(tmpdir(), 'edge1020-start-'))
    const before = performance.now()
    const child = spawn(process.execPath, [
      'dist/cli/main.js',
      'serve',
      '--port',
      '0',
      '--admin-port',
      '0',
      '--data',
      data,
      '--json',
    ])
    await once(child.stdout, 'data')
    times.push(performance.now() - before)
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  times.sort((a, b) => a - b)
  console.log(
    `\nStart to ready, starter rules (process start included)\n  median ${times[Math.floor(STARTS / 2)].toFixed(0)} ms, highest ${times[STARTS - 1].toFixed(0)} ms`
  )
}

requireWrk()
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`)
await together('Passing requests through Hono on @hono/node-server', [
  'hono, bare',
  'hono, a middleware that only passes',
  'hono + edge1020, 10 rules',
  'edge1020, 10 rules, before hono',
])
await together('Passing requests through node:http', [
  'node:http, bare',
  'node:http + edge1020, 10 rules',
])
await together('Blocked requests, event committed before the refusal is sent', [
  'static 403',
  'refusal, memory store',
  'refusal, SQLite store',
])
await startToReady()
