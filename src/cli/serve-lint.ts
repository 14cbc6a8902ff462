import { Worker } from 'node:worker_threads'
import type { Diagnostic } from '../error.ts'
import { workerFile } from './lint-worker-file.ts'
import type { terraformValues } from './terraform-flags.ts'

export interface LintQuestion {
  readonly paths: readonly string[]
  /** What the loader has told. */
  readonly told: readonly Pick<Diagnostic, 'file' | 'line' | 'column'>[]
  readonly terraform: ReturnType<typeof terraformValues>
}

/** More warnings scroll the start of the edge out of sight. */
const MAX_TOLD = 20

/** Tells what the lints find in the rules of a running edge, once another thread has found it. The latest question counts. */
export const createServeLint = (say: (warning: string) => void) => {
  let running: Worker | undefined
  const stop = () => {
    void running?.terminate()
    running = undefined
  }
  return {
    stop,
    ask: ({ paths, told, terraform }: LintQuestion) => {
      stop()
      const places = told.map(({ file, line, column }) => ({ file, line, column }))
      const worker = new Worker(workerFile, {
        name: 'edge1020 lint',
        workerData: { paths, told: places, terraform: { ...terraform, env: { ...terraform.env } } },
      })
      running = worker
      // An edge that stops does not wait for it.
      worker.unref()
      worker.on('message', (warnings: readonly string[]) => {
        for (const warning of warnings.slice(0, MAX_TOLD)) say(warning)
        const more = warnings.length - MAX_TOLD
        if (more > 0) say(`${more} more: run edge1020 lint`)
      })
      worker.on('error', ({ message }) => say(`the rules were not linted: ${message}`))
    },
  }
}
