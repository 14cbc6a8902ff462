// Builds the threads of the package from the sources, once for each run of the tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'

const ROOT = resolve(import.meta.dirname, '..')
/** The source of each thread, by the name of what is provided to the tests: its built file. */
const WORKERS = {
  eventsWorker: 'src/events/node/events-worker.ts',
  ruleWorker: 'src/dashboard/rule-worker.ts',
  reloadWorker: 'src/reload/reload-worker.ts',
} as const

declare module 'vitest' {
  export interface ProvidedContext extends Record<keyof typeof WORKERS, string> {}
}

export default async (project: TestProject) => {
  // Inside the package, so that the thread finds the package's dependencies.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.workers-'))
  for (const [name, source] of Object.entries(WORKERS)) {
    const bundle = await rolldown({
      input: join(ROOT, source),
      platform: 'node',
      external: /^[^./]/,
    })
    await bundle.write({
      dir: folder,
      format: 'esm',
      entryFileNames: `${name}.mjs`,
      codeSplitting: false,
    })
    await bundle.close()
    project.provide(name as keyof typeof WORKERS, join(folder, `${name}.mjs`))
  }
  return () => rmSync(folder, { recursive: true })
}
