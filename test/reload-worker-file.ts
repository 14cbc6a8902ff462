import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'

/** Stands in for src/reload/reload-worker-file.ts. */
export const workerFile = pathToFileURL(inject('reloadWorker'))
