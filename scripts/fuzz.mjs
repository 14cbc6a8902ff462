// node scripts/fuzz.mjs [--cases N] [--seed N] [--kind valid|damaged|patterns]: generated expressions are judged by this language
// and by Cloudflare's open engine, as test/differential.test.ts does with a few thousand. Exit code 1 where they differ.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'tsdown'

const BATCH = 10_000
const MAX_SHOWN = 50

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
  },
})
const cases = Number(values.cases)
const seed = Number(values.seed)
const KINDS = ['valid', 'damaged', 'patterns']
const chosen = KINDS.filter((kind) => (values.kind ?? kind) === kind)
if (!Number.isSafeInteger(cases) || !Number.isSafeInteger(seed) || cases < 1 || !chosen.length) {
  console.error(
    'usage: node scripts/fuzz.mjs [--cases N] [--seed N] [--kind valid|damaged|patterns]'
  )
  process.exit(2)
}

// Inside the project, where its dependencies are found.
const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
mkdirSync(cache, { recursive: true })
const outDir = mkdtempSync(join(cache, 'edge1020-fuzz-'))
await build({
  entry: { differential: fileURLToPath(new URL('./fuzz/differential.ts', import.meta.url)) },
  outDir,
  config: false,
  dts: false,
  format: 'esm',
  platform: 'node',
  target: 'es2023',
  logLevel: 'silent',
})
const built = await import(pathToFileURL(join(outDir, 'differential.mjs')).href)
rmSync(outDir, { recursive: true })
const { difference, fc, editedCases, patternCases, validCases } = built
const arbitraries = { valid: validCases, damaged: editedCases, patterns: patternCases }

for (const kind of chosen) {
  const counts = {}
  const started = performance.now()
  let shown = 0
  for (let done = 0; done < cases; done += BATCH) {
    const numRuns = Math.min(BATCH, cases - done)
    for (const one of fc.sample(arbitraries[kind], { seed: seed + done, numRuns })) {
      const { outcome, text } = await difference(one)
      counts[outcome] = (counts[outcome] ?? 0) + 1
      if (outcome !== 'different') continue
      process.exitCode = 1
      if (shown++ < MAX_SHOWN) console.log(text)
    }
  }
  const seconds = (performance.now() - started) / 1000
  console.log(`${kind}: ${cases} cases in ${seconds.toFixed(0)} s`, counts)
}
