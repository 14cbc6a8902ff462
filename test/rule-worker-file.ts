import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'

/** Stands in for src/dashboard/rule-worker-file.ts. */
export const ruleWorkerFile = pathToFileURL(inject('ruleWorker'))
