// node scripts/kills.mjs [--kills N] [--store SPEC] [--seed N]: an edge that is killed again and again while it refuses visitors, on one
// store. Each Ray ID that a visitor was shown must be found at the end. test/durability.test.ts does this once. Build first.
// Exit code 1 if one is missing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { postgresStore, sqliteStore } from '../dist/node.js'

const CLIENTS = 16
/** The longest life of an edge after its first answer: it ends during writes, while events reach the tables, and between them. */
const MAX_LIFE_MS = 1_500
const MAX_SHOWN = 20

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    store: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const kills = Number(values.kills)
let state = Number(values.seed)
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(state)) {
  console.error('usage: node scripts/kills.mjs [--kills N] [--store SPEC] [--seed N]')
  process.exit(2)
}
const random = (limit) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state % limit
}

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const data = mkdtempSync(join(tmpdir(), 'edge1020-kills-'))
const spec = values.store ?? `sqlite:${join(data, 'events.db')}`
const flags = ['--port', '0', '--admin-port', '0', '--data', data, '--store', spec, '--json']

const started = async () => {
  const child = spawn(process.execPath, [main, 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, url: JSON.parse(line).url }
}

const shown = new Set()
for (let kill = 1; kill <= kills; kill++) {
  const { child, url } = await started()
  const ended = once(child, 'exit')
  const client = async () => {
    for (;;) {
      const { headers } = await fetch(url, { headers: { 'user-agent': 'curl/8' } })
      shown.add(headers.get('cf-ray'))
    }
  }
  setTimeout(() => child.kill('SIGKILL'), random(MAX_LIFE_MS))
  // Each client ends with its connection.
  await Promise.allSettled(Array.from({ length: CLIENTS }, client))
  await ended
  if (kill % 20 === 0) console.log(`${kill} kills, ${shown.size} Ray IDs`)
}

const store = spec.startsWith('sqlite:')
  ? sqliteStore(spec.slice('sqlite:'.length))
  : postgresStore(spec)
const missing = []
for (const ray of shown) {
  const found = await store.find(ray)
  if (!found.found) missing.push(ray)
}
await store.close()
console.log(`${kills} kills, ${shown.size} Ray IDs shown, ${missing.length} missing`)
for (const ray of missing.slice(0, MAX_SHOWN)) console.log(ray)
if (missing.length === 0) rmSync(data, { recursive: true })
else console.log(`the files are in ${data}`)
process.exit(missing.length === 0 ? 0 : 1)
