/** One failed test is enough to kill a mutant: the others of its file are skipped. */
import { afterEach, beforeEach } from 'vitest'

beforeEach(({ task, skip }) => {
  if (globalThis.failedModule === task.file.filepath) skip()
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail' || task.result?.errors?.length > 0) {
    globalThis.failedModule = task.file.filepath
  }
})
