import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'

/** Stands in for src/events/node/worker-file.ts. */
export const workerFile = pathToFileURL(inject('eventsWorker'))
