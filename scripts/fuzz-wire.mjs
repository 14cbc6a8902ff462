// node scripts/fuzz-wire.mjs [--cases N] [--seed N] [--kind hello|proxy]: damaged ClientHellos and PROXY headers for the listener's
// parsers, as src/server/hello/wire.test.ts has with a few thousand. Exit code 1 where one throws, hangs, wants ever more bytes, or
// takes the same bytes differently when they come in segments.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'tsdown'

const MAX_SHOWN = 20
/** Far beyond what any case takes: an answer that is this late is a hang. */
const HANG_MS = 1_000

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
  },
})
const cases = Number(values.cases)
const seed = Number(values.seed)
const KINDS = ['hello', 'proxy']
const chosen = KINDS.filter((kind) => (values.kind ?? kind) === kind)
if (!Number.isSafeInteger(cases) || !Number.isSafeInteger(seed) || cases < 1 || !chosen.length) {
  console.error('usage: node scripts/fuzz-wire.mjs [--cases N] [--seed N] [--kind hello|proxy]')
  process.exit(2)
}

const outDir = mkdtempSync(join(tmpdir(), 'edge1020-fuzz-'))
await build({
  entry: { wire: fileURLToPath(new URL('./fuzz/wire.ts', import.meta.url)) },
  outDir,
  config: false,
  dts: false,
  format: 'esm',
  platform: 'node',
  target: 'es2023',
  logLevel: 'silent',
})
const { parsers, randomOf, wireProblem } = await import(
  pathToFileURL(join(outDir, 'wire.mjs')).href
)
rmSync(outDir, { recursive: true })

for (const kind of chosen) {
  const parser = parsers[kind]
  const random = randomOf(seed)
  const counts = {}
  const started = performance.now()
  let slowestMs = 0
  let shown = 0
  for (let i = 0; i < cases; i++) {
    const bytes = parser.make(random)
    const from = performance.now()
    const text = parser.text(bytes)
    const took = performance.now() - from
    slowestMs = Math.max(slowestMs, took)
    const outcome = /^\{"kind":"(\w+)"/.exec(text)?.[1] ?? 'hello'
    counts[outcome] = (counts[outcome] ?? 0) + 1
    const problem =
      wireProblem(parser, bytes, random) ?? (took > HANG_MS ? `took ${took} ms` : undefined)
    if (problem === undefined) continue
    process.exitCode = 1
    if (shown++ < MAX_SHOWN) console.log(`${Buffer.from(bytes).toString('hex')}\n  ${problem}`)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${kind}: ${cases} cases in ${seconds} s, slowest ${slowestMs.toFixed(2)} ms`, counts)
}
