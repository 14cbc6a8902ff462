// Builds the thread of the event stores from the sources, once for each run of the tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'

const ROOT = resolve(import.meta.dirname, '..')

declare module 'vitest' {
  export interface ProvidedContext {
    eventsWorker: string
  }
}

export default async (project: TestProject) => {
  // Inside the package, so that the thread finds the package's dependencies.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.events-worker-'))
  const bundle = await rolldown({
    input: join(ROOT, 'src/events/node/events-worker.ts'),
    platform: 'node',
    external: /^[^./]/,
  })
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: 'events-worker.mjs' })
  await bundle.close()
  project.provide('eventsWorker', join(folder, 'events-worker.mjs'))
  return () => rmSync(folder, { recursive: true })
}
