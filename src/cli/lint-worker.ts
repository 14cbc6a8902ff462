// Lints the rules of a running edge in a thread of its own: a thousand rules take a second, in which no visitor would get an answer.
import { parentPort, workerData } from 'node:worker_threads'
import { lintWarnings } from './lint-warnings.ts'
import type { LintQuestion } from './serve-lint.ts'

/** The edge itself tells which lists are missing: the entries of feeds do not come into the thread. */
const OF_LISTS = ['unknown_list', 'wrong_list_kind', 'empty_list_used']

const { paths, told, terraform } = workerData as LintQuestion
parentPort?.postMessage(lintWarnings(paths, told, terraform, OF_LISTS))
