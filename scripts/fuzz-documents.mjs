// node scripts/fuzz-documents.mjs [--cases N] [--seed N]: damaged documents of every format are imported and loaded. A crash, a file
// outside of the folder, a finding without a place and a case above 5 s of processor time are faults. Exit code 1 where there is one.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'tsdown'

const SLOW_MS = 5_000
const MAX_SHOWN = 50
const PROGRESS = 10_000

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
})
const cases = Number(values.cases)
const seed = Number(values.seed)
if (!Number.isSafeInteger(cases) || !Number.isSafeInteger(seed) || cases < 1) {
  console.error('usage: node scripts/fuzz-documents.mjs [--cases N] [--seed N]')
  process.exit(2)
}

// Inside the project, where its dependencies are found.
const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
mkdirSync(cache, { recursive: true })
const outDir = mkdtempSync(join(cache, 'edge1020-fuzz-'))
await build({
  entry: { documents: fileURLToPath(new URL('./fuzz/documents.ts', import.meta.url)) },
  outDir,
  config: false,
  dts: false,
  format: 'esm',
  platform: 'node',
  target: 'es2023',
  logLevel: 'silent',
})
const { Playground, damaged } = await import(pathToFileURL(join(outDir, 'documents.mjs')).href)
rmSync(outDir, { recursive: true })

const playground = new Playground()
const started = performance.now()
let faults = 0
let slowest = { ms: 0, seed: 0 }
for (let i = 0; i < cases; i++) {
  const { file, text } = damaged(seed + i)
  const before = process.cpuUsage()
  const fault = playground.fault(file, text)
  const { user, system } = process.cpuUsage(before)
  const ms = (user + system) / 1_000
  if (ms > slowest.ms) slowest = { ms, seed: seed + i }
  if (fault === undefined && ms < SLOW_MS) {
    if ((i + 1) % PROGRESS === 0) console.error(`${i + 1} cases`)
    continue
  }
  faults++
  if (faults <= MAX_SHOWN) {
    console.log(`seed ${seed + i}, ${file}: ${fault ?? `${ms.toFixed(0)} ms`}`)
  }
}
playground.remove()
const seconds = (performance.now() - started) / 1_000
console.log(
  `${cases} cases in ${seconds.toFixed(0)} s, ${faults} faults; the slowest took ${slowest.ms.toFixed(0)} ms (seed ${slowest.seed})`
)
process.exitCode = faults === 0 ? 0 : 1
