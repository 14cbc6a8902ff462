import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'

/** Stands in for src/rules/node/list-worker-file.ts. */
export const workerFile = pathToFileURL(inject('listWorker'))
