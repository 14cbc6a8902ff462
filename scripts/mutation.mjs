#!/usr/bin/env node
/**
 * Mutation testing: puts one small fault after another into the spine, and runs the tests beside the file. A fault that no test
 * notices survives. StrykerJS 9.6 does the same, but needs seconds a mutant with vitest 4.1: most mutants of a module's own
 * tables run all tests, each in a worker that loads everything anew.
 *
 * Usage: npm run mutation -- [FILE …] [--changed[=REF]] [--outer] [--out FILE] [--min PERCENT]
 *
 *   FILE …            only these files; default: all of scripts/mutation/files.mjs
 *   --changed[=REF]   only the files that differ from REF (default main)
 *   --outer           src/node.ts and src/server/serve.ts too
 *   --out FILE        where the list of survivors goes; default .mutation/survivors.txt
 *   --min PERCENT     exit code 1 below this score; default 90
 */
import { execFileSync, fork } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { mutatedFiles, testsOf } from './mutation/files.mjs'
import { mutantsOf } from './mutation/mutators.mjs'

const PERCENT = 100

const { values, positionals } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).map((arg) => (arg === '--changed' ? '--changed=main' : arg)),
  options: {
    changed: { type: 'string' },
    outer: { type: 'boolean', default: false },
    out: { type: 'string', default: '.mutation/survivors.txt' },
    min: { type: 'string', default: '90' },
  },
})

const changedSince = (ref) =>
  new Set(execFileSync('git', ['diff', '--name-only', ref], { encoding: 'utf8' }).split('\n'))

const chosenFiles = () => {
  if (positionals.length > 0) return positionals.map((file) => relative('.', file))
  const all = mutatedFiles({ outer: values.outer })
  if (values.changed === undefined) return all
  const changed = changedSince(values.changed)
  return all.filter((file) => changed.has(file) || testsOf(file).some((test) => changed.has(test)))
}

/** Runs the tests of a file for each of its mutants in a process of its own, which is begun anew where a mutant hangs. */
const runMutants = async ({ file, text, tests, mutants }) => {
  /** By mutant: whether a test failed. 0 is the file as it is. */
  const failed = new Map()
  const reasons = []
  const wanted = [0, ...mutants.map((_, i) => i + 1)]
  const ends = new Map()
  while (true) {
    const run = wanted.filter((mutant) => !failed.has(mutant))
    if (run.length === 0) return { failed, reasons }
    const before = failed.size
    await new Promise((resolve, reject) => {
      const child = fork(new URL('./mutation/runner.mjs', import.meta.url), {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      let isDone = false
      child.on('message', (message) => {
        if (message.ready) child.send({ file, text, tests, mutants, run })
        else if (message.done || message.hangs) {
          isDone = true
          if (message.hangs)
            failed.set(
              run.find((mutant) => !failed.has(mutant)),
              true
            )
          child.kill('SIGKILL')
        } else {
          const { mutant } = message
          ends.set(mutant, [...(ends.get(mutant) ?? []), message.failed])
          if (mutant === 0) reasons.push(...message.reasons)
          if (ends.get(mutant).length === tests.length) {
            failed.set(mutant, ends.get(mutant).includes(true))
          }
        }
      })
      child.on('error', reject)
      child.on('exit', () => {
        // A mutant that ends the process is noticed.
        if (!isDone)
          failed.set(
            run.find((mutant) => !failed.has(mutant)),
            true
          )
        resolve()
      })
    })
    ends.clear()
    if (failed.size === before) throw new Error(`${file}: its tests do not run`)
    if (failed.get(0)) return { failed, reasons }
  }
}

const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 100)

const survivors = []
const totals = { mutants: 0, killed: 0 }

const report = (file, mutants, killed) => {
  const score = ((killed / mutants) * PERCENT).toFixed(1)
  console.log(
    `${score.padStart(5)} %  ${String(killed).padStart(4)} of ${String(mutants).padStart(4)}  ${file}`
  )
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(values.out, survivors.map((line) => `${line}\n`).join(''))
}

for (const file of chosenFiles()) {
  const text = readFileSync(file, 'utf8')
  const mutants = mutantsOf(file, text)
  if (mutants.length === 0) continue
  const tests = testsOf(file)
  if (tests.length === 0) console.error(`${file}: no test stands beside it`)
  const { failed, reasons } =
    tests.length === 0
      ? { failed: new Map(), reasons: [] }
      : await runMutants({ file, text, tests, mutants })
  if (failed.get(0) === true) {
    console.error(`${file}: its tests fail as it is: ${reasons.join('; ')}`)
    process.exitCode = 1
    continue
  }
  let killed = 0
  mutants.forEach((mutant, i) => {
    if (failed.get(i + 1) === true) {
      killed++
      return
    }
    const { line, column, kind, start, end, replacement } = mutant
    const change = `${oneLine(text.slice(start, end))} → ${oneLine(replacement)}`
    survivors.push(`${file}:${line}:${column} ${kind}: ${change}`)
  })
  totals.mutants += mutants.length
  totals.killed += killed
  report(file, mutants.length, killed)
}

const score = totals.mutants === 0 ? PERCENT : (totals.killed / totals.mutants) * PERCENT
console.log(
  `\n${score.toFixed(1)} % of ${totals.mutants} mutants killed; survivors are in ${values.out}`
)
if (score < Number(values.min)) process.exitCode = 1
