// node bench/lint.mjs: what linting 100, 1,000 and 10,000 custom rules costs, in one process; the best of three runs each, and the
// share of reading the documents. The rules are of eight kinds, most of them about values of their own.
import { rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'tsdown'

const COUNTRIES = 'DE FR US CN RU GB AT IT ES PL BR IN'.split(' ')
const KINDS = [
  (i) => `http.host eq "h${i}.example.com" and http.request.uri.path eq "/p${i % 50}"`,
  (i) => `ip.src in {10.${i >> 8}.${i & 255}.0/24 192.0.2.${i % 250}}`,
  (i) => `http.user_agent contains "bot${i}" or http.user_agent contains "spider${i}"`,
  (i) =>
    `starts_with(http.request.uri.path, "/api/v${i}/") and http.request.method in {"POST" "PUT"}`,
  (i) => `ip.src.asnum in {${64_500 + i} ${i + 1}} and not cf.client.bot`,
  (i) =>
    `ip.src.country in {"${COUNTRIES[i % 12]}" "${COUNTRIES[(i + 5) % 12]}"} and http.request.uri.path contains "/x${i}"`,
  (i) => `any(http.request.headers["x-k${i % 20}"][*] eq "v${i}")`,
  (i) => `lower(http.request.uri.query) contains "q${i}=" and ssl`,
]
const ACTIONS = ['block', 'managed_challenge', 'log', 'block']
/** Rules of one document: a longer one is refused. */
const PER_DOCUMENT = 1_000
const RUNS = 3

const documentsOf = (count) =>
  Array.from({ length: Math.ceil(count / PER_DOCUMENT) }, (_, d) => {
    const rules = Array.from({ length: Math.min(count, PER_DOCUMENT) }, (_, r) => {
      const i = d * PER_DOCUMENT + r
      return { name: `r${i}`, action: ACTIONS[i % 4], expression: KINDS[(i * 5) % 8](i) }
    })
    return { file: `${d}.json`, text: JSON.stringify({ rules }, undefined, 1) }
  })

const outDir = fileURLToPath(new URL(`../.edge1020/bench-${process.pid}`, import.meta.url))
await build({
  entry: {
    lint: fileURLToPath(new URL('../src/lint/lint.ts', import.meta.url)),
    load: fileURLToPath(new URL('../src/rules/load.ts', import.meta.url)),
  },
  outDir,
  config: false,
  logLevel: 'silent',
  dts: false,
  format: 'esm',
  target: 'es2023',
  platform: 'node',
})
const { lint } = await import(pathToFileURL(`${outDir}/lint.mjs`))
const { loadRules } = await import(pathToFileURL(`${outDir}/load.mjs`))
rmSync(outDir, { recursive: true })

const best = (run) => {
  const times = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  })
  return Math.round(Math.min(...times))
}

for (const count of [100, 1_000, 10_000]) {
  const documents = documentsOf(count)
  let findings = 0
  const linting = best(() => {
    findings = lint(documents).length
  })
  const loading = best(() => loadRules(documents))
  console.log(
    `${count} rules: ${linting} ms of CPU (${(linting / count).toFixed(2)} ms a rule), ${loading} ms of it for loading; ${findings} findings`
  )
}
