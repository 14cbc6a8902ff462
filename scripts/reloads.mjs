// node scripts/reloads.mjs [--reloads N] [--clients N]: an edge whose rules change again and again while visitors ask it. Every verdict
// must be that of the rules in force, a bad document must change nothing, and the heap must stay flat. test/reload.test.ts does this
// with a few reloads. Build first. Exit code 1 if a verdict is wrong or the heap grows.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const RULES = 50
const BAD_EACH = 10
const PARTS = 10
/** For the lowest heap of the second half, above that of the first half: one measured amid a reload holds the old rules and the new ones. */
const HEAP_SLACK = 1.15
/** The edge collects its garbage at this signal. */
const COLLECT = 'SIGUSR2'
const COLLECT_CODE = `process.on('${COLLECT}', () => gc())`
const COLLECT_MS = 500
const MS = 1_000
const BYTES_PER_MB = 1_048_576
const MAX_SHOWN = 20

const { values } = parseArgs({
  options: {
    reloads: { type: 'string', default: '10000' },
    clients: { type: 'string', default: '4' },
  },
})
const reloads = Number(values.reloads)
const clients = Number(values.clients)
if (!Number.isSafeInteger(reloads) || reloads < PARTS || !Number.isSafeInteger(clients)) {
  console.error(`usage: node scripts/reloads.mjs [--reloads N, at least ${PARTS}] [--clients N]`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'edge1020-reloads-'))
const file = join(folder, 'site.yaml')
/** Rules of a generation block `/odd` or `/even`, and always `/never`. */
const textOf = (generation) =>
  [
    'lists: { office: [198.51.100.0/24] }',
    'rate_limits:',
    '  - { name: slow, when: { path: /limited }, requests_per_period: 1000000, period: 1m, action: block }',
    'rules:',
    '  - { name: never, when: { path: /never }, action: block }',
    `  - { name: this one, when: { path: ${generation % 2 === 1 ? '/odd' : '/even'} }, action: block }`,
    ...Array.from(
      { length: RULES },
      (_, i) =>
        `  - { name: rule ${i}, expression: 'ip.src in $office and http.request.uri.path contains "/${generation}-${i}"', action: log }`
    ),
  ].join('\n')
const save = (text) => {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

save(textOf(0))
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const flags = ['--port', '0', '--admin-port', '0', '--data', folder, '--store', 'none', '--json']
const node = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(COLLECT_CODE)}`]
const child = spawn(process.execPath, [...node, main, 'serve', '--rules', file, ...flags], {
  stdio: ['ignore', 'pipe', 'ignore'],
})
const [line] = await once(createInterface(child.stdout), 'line')
const { url, admin } = JSON.parse(line)

let generation = 0
/** Odd while the rules change: both generations are right then. */
let epoch = 0
let isOver = false
let asked = 0
const wrong = []
let slowestMs = 0

const isRight = (path, status, isChanging) => {
  if (path === '/never') return status === 403
  if (path === '/') return status === 200
  if (isChanging) return status === 403 || status === 404 || status === 200
  return (status === 403) === (path === (generation % 2 === 1 ? '/odd' : '/even'))
}
const visitor = async () => {
  for (let i = 0; !isOver; i++) {
    const path = ['/never', '/odd', '/', '/even'][i % 4]
    const before = epoch
    const startMs = performance.now()
    const response = await fetch(url + path, { headers: { 'user-agent': 'Mozilla/5.0 visitor' } })
    await response.arrayBuffer()
    slowestMs = Math.max(slowestMs, performance.now() - startMs)
    asked++
    const isChanging = before !== epoch || before % 2 === 1
    if (!isRight(path, response.status, isChanging)) {
      wrong.push(`generation ${generation}: ${path} got ${response.status}`)
    }
  }
}

const heapBytes = async () => {
  child.kill(COLLECT)
  await setTimeout(COLLECT_MS)
  const text = await (await fetch(`${admin}/metrics`)).text()
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)[1])
}
const reload = async () => (await fetch(`${admin}/api/rules/reload`, { method: 'POST' })).status

const visitors = Array.from({ length: clients }, visitor)
const startMs = performance.now()
/** The heap after each part of the run. */
const heaps = []
const partEnd = Math.floor(reloads / PARTS)
for (let done = 0; done < reloads; done++) {
  const isBad = done % BAD_EACH === BAD_EACH - 1
  if (isBad) {
    save('rules: [{ name: no, when: { path: /c }, action: blok }]\n')
    const status = await reload()
    if (status !== 422) wrong.push(`a bad document was answered with ${status}`)
  } else {
    epoch++
    save(textOf(generation + 1))
    const status = await reload()
    generation++
    epoch++
    if (status !== 200) wrong.push(`reload ${done} was answered with ${status}`)
  }
  if ((done + 1) % partEnd === 0) heaps.push(await heapBytes())
}
const seconds = (performance.now() - startMs) / MS
isOver = true
await Promise.all(visitors)
child.kill()
await once(child, 'exit')
rmSync(folder, { recursive: true })

const mb = heaps.map((bytes) => (bytes / BYTES_PER_MB).toFixed(1))
// In the first part, caches fill.
const half = PARTS / 2
const hasGrown = Math.min(...heaps.slice(half)) > Math.min(...heaps.slice(1, half)) * HEAP_SLACK
console.log(
  `${reloads} reloads of ${RULES + 3} rules in ${seconds.toFixed(0)} s (${((seconds * MS) / reloads).toFixed(1)} ms each), ${asked} requests meanwhile, the slowest ${slowestMs.toFixed(0)} ms, ${wrong.length} wrong`
)
console.log(`heap after each tenth, MB: ${mb.join(' ')}${hasGrown ? ': it grows' : ''}`)
for (const one of wrong.slice(0, MAX_SHOWN)) console.log(one)
process.exit(wrong.length === 0 && !hasGrown ? 0 : 1)
