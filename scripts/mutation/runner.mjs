/**
 * One vitest that runs the tests of a file once for each mutant, in one worker: `{ file, text, mutants, tests }` comes from the
 * parent, `{ mutant, failed }` goes back for each. Nothing is written to disk.
 *
 * Modules that reach the mutated file get a `?mutant=N` of their own, so that each mutant meets fresh ones; all others are loaded
 * once. That makes a mutant cost what its tests cost, not what their imports do.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createVitest } from 'vitest/node'
import { mutate } from './mutators.mjs'

const QUERY = /\?mutant=(\d+)$/
const ROOT = resolve('.')
const IMPORT = /(?:from\s+|import\s*\(\s*|import\s+)['"](\.[^'"]+)['"]/g
/** CPU time that no test of the spine needs: a mutant that takes it loops. */
const HANG_CPU_MS = 10_000
const WATCH_MS = 500

const modules = ['src', 'test']
  .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => resolve(entry.parentPath, entry.name))

const importsOf = new Map(
  modules.map((file) => [
    file,
    [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, path]) => join(dirname(file), path)),
  ])
)

/** The file itself, and all that reach it by imports. */
const reaching = (file) => {
  const reached = new Set([file])
  for (let size = 0; size !== reached.size; ) {
    size = reached.size
    for (const [module, imported] of importsOf) {
      if (imported.some((one) => reached.has(one))) reached.add(module)
    }
  }
  return reached
}

let task
let affected = new Set()

const plugin = {
  name: 'mutant',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    // Vite's runner asks by paths that begin at the root of the project.
    if (QUERY.test(source)) return source.startsWith(ROOT) ? source : join(ROOT, source)
    const mutant = importer === undefined ? undefined : QUERY.exec(importer)?.[0]
    if (mutant === undefined) return null
    const found = await this.resolve(source, importer.replace(QUERY, ''), {
      ...options,
      skipSelf: true,
    })
    return found !== null && affected.has(found.id) ? found.id + mutant : found
  },
  load(id) {
    const mutant = QUERY.exec(id)?.[1]
    if (mutant === undefined) return null
    const file = id.replace(QUERY, '')
    if (file !== task.file) return readFileSync(file, 'utf8')
    return Number(mutant) === 0 ? task.text : mutate(task.text, task.mutants[Number(mutant) - 1])
  },
}

let begun = 0
const reporter = {
  onTestModuleQueued: () => {
    begun = cpuMs()
  },
  onTestModuleEnd: (module) => {
    const mutant = Number(QUERY.exec(module.moduleId)[1])
    const failed = module.state() === 'failed' || vitest.state.errorsSet.size > 0
    const reasons = failed
      ? [
          ...module.errors().map(({ message }) => message),
          ...[...module.children.allTests('failed')].map(({ fullName }) => fullName),
        ].slice(0, 3)
      : []
    vitest.state.errorsSet.clear()
    process.send({ mutant, failed, reasons, test: module.moduleId.replace(QUERY, '') })
    begun = cpuMs()
  },
}
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const vitest = await createVitest(
  'test',
  {
    watch: false,
    isolate: false,
    // A thread ends with this process, also where its test never does.
    pool: 'threads',
    maxWorkers: 1,
    fileParallelism: false,
    sequence: { shuffle: false },
    setupFiles: ['test/seed.ts', 'scripts/mutation/bail.mjs'],
    reporters: [reporter],
    onConsoleLog: () => false,
    testTimeout: 10_000,
    hookTimeout: 10_000,
    teardownTimeout: 1_000,
    cache: false,
  },
  { plugins: [plugin], server: { watch: null } }
)
await vitest.standalone()
const project = vitest.getRootProject()

process.on('message', async (given) => {
  task = { ...given, file: resolve(given.file) }
  affected = reaching(task.file)
  begun = cpuMs()
  const watch = setInterval(() => {
    if (cpuMs() - begun < HANG_CPU_MS) return
    clearInterval(watch)
    process.send({ hangs: true })
  }, WATCH_MS)
  const specifications = task.run.flatMap((mutant) =>
    task.tests.map((test) => project.createSpecification(`${resolve(test)}?mutant=${mutant}`))
  )
  await vitest.runTestSpecifications(specifications)
  clearInterval(watch)
  process.send({ done: true })
})
process.send({ ready: true })
