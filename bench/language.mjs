// node bench/language.mjs [--quick]: what it costs to judge requests by 1 to 1,000 rules, against predicates written by
// hand and the two other implementations of the language, on the same machine in the same run.
import { mkdtempSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { build } from 'tsdown'
import { peers, timePeer } from './language/peers.mjs'
import { requests } from './language/requests.mjs'
import { byHand, kinds, rules } from './language/rules.mjs'
import { compare, cpuMs, median } from './language/timing.mjs'

const isQuick = process.argv.includes('--quick')
const TIMING = isQuick ? { rounds: 3, ms: 30 } : { rounds: 9, ms: 150 }
const REQUESTS = 512
const COUNTS = [1, 10, 100, 1_000]
const COMPILE_RUNS = 15
const ALLOCATION_CALLS = 1_000_000

const loadEngine = async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'edge1020-bench-'))
  const entry = { engine: new URL('./language/engine.ts', import.meta.url).pathname }
  const shape = { dts: false, format: 'esm', target: 'es2023', platform: 'node' }
  await build({ entry, outDir, config: false, logLevel: 'silent', ...shape })
  return import(pathToFileURL(join(outDir, 'engine.mjs')).href)
}

const shown = (ns) => {
  if (ns < 1e3) return `${ns.toFixed(1)} ns`
  return ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(1)} ms`
}
const perSecond = (ns) =>
  ns < 1e7 ? Math.round(1e9 / ns).toLocaleString('en') : (1e9 / ns).toFixed(1)
const times = (ratio) =>
  `× ${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio).toLocaleString('en')}`

const printRow = ({ name, ns }, first) =>
  console.log(
    `    ${name.padEnd(40)} ${shown(ns).padStart(9)} ${perSecond(ns).padStart(12)}/s  ${times(ns / first)}`
  )

const engine = await loadEngine()
const stream = requests(REQUESTS)
const contexts = stream.map(engine.prepared)

const againstHand = () => {
  console.log('\nOne rule, against a predicate written by hand')
  const objects = stream.map((request) => ({
    ...request,
    address: engine.addressNumber(request.ip),
  }))
  const ratios = rules(kinds.length).map(({ kind, edge }) => {
    const [expression] = engine.compileAll([edge])
    const ways = [
      { name: 'by hand', judge: byHand[kind], items: objects },
      { name: 'edge1020', judge: expression.matches, items: contexts },
    ]
    const [hand, ours] = compare(ways, TIMING)
    console.log(
      `    ${kind.padEnd(20)} by hand ${shown(hand.ns).padStart(9)}   edge1020 ${shown(ours.ns).padStart(9)}   ${times(ours.ratio)}`
    )
    return ours.ratio
  })
  console.log(`    median ${times(median(ratios))}, highest ${times(Math.max(...ratios))}`)
}

const curve = () => {
  console.log('\nA request of the mixed stream, by number of rules')
  const costs = COUNTS.map((count) => {
    const expressions = engine.compileAll(rules(count).map(({ edge }) => edge))
    const judge = engine.judgeOf(expressions)
    const fresh = stream.map(engine.fresh(expressions))
    const ways = [
      { name: 'edge1020', judge, items: contexts },
      {
        name: 'edge1020, one rule after the other',
        judge: engine.oneByOne(expressions),
        items: contexts,
      },
      { name: 'edge1020, fields read anew', judge: (make) => judge(make()), items: fresh },
    ]
    const matched = contexts.filter(judge).length / REQUESTS
    console.log(
      `\n  ${count} ${count === 1 ? 'rule' : 'rules'}, ${(matched * 100).toFixed(1)} % of the requests match`
    )
    const rows = compare(ways, TIMING)
    for (const row of rows) printRow(row, rows[0].ns)
    for (const peer of Object.keys(peers)) {
      const { rows: theirs = [], skipped } = timePeer(peer, count)
      for (const row of theirs) printRow(row, rows[0].ns)
      if (skipped !== undefined) console.log(`    ${peer}: skipped, ${skipped}`)
    }
    return rows[0].ns
  })
  console.log(`\n  1,000 rules cost ${times(costs[3] / costs[2])} of 100 rules`)
}

const compiling = () => {
  const sources = rules(1_000).map(({ edge }) => edge)
  const runs = Array.from({ length: COMPILE_RUNS }, () => {
    const [start, startCpu] = [performance.now(), cpuMs()]
    engine.judgeOf(engine.compileAll(sources))
    return { wall: performance.now() - start, cpu: cpuMs() - startCpu }
  })
  const line = (wall, cpu) => `${wall.toFixed(0)} ms (CPU of all threads ${cpu.toFixed(0)} ms)`
  const middle = (of) => median(runs.map(of))
  console.log(`\nCompiling 1,000 rules: first in the process ${line(runs[0].wall, runs[0].cpu)}`)
  console.log(
    `  median of ${COMPILE_RUNS} ${line(
      middle(({ wall }) => wall),
      middle(({ cpu }) => cpu)
    )}`
  )
}

/** Bytes that a call leaves behind, collected garbage included. */
const allocations = () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const judge = engine.judgeOf(engine.compileAll(rules(1_000).map(({ edge }) => edge)))
  const passing = contexts.filter((context) => !judge(context))
  const run = () => {
    for (let i = 0; i < ALLOCATION_CALLS; i++) judge(passing[i % passing.length])
  }
  run()
  collect()
  const before = process.memoryUsage().heapUsed
  run()
  const bytes = process.memoryUsage().heapUsed - before
  console.log(
    `\nA million requests that 1,000 rules let pass: ${(bytes / ALLOCATION_CALLS).toFixed(3)} bytes each on the heap`
  )
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}; CPU time, medians`)
compiling()
againstHand()
curve()
allocations()
