/** edge1020/testing/jest: adds the matchers to jest's `expect`; name it in `setupFilesAfterEnv`. */
import { EdgeError } from '../error.ts'
import type { EdgeMatchers } from './matchers.ts'
import { matchers } from './matchers.ts'

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the parameters must match those of @types/jest
    interface Matchers<R, T = {}> extends EdgeMatchers {}
  }
}

// For tests that import `expect` from @jest/globals. In other projects the module may be missing.
// @ts-expect-error
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends EdgeMatchers {}
}

const { expect } = globalThis as { expect?: { extend(matchers: object): void } }
if (typeof expect?.extend !== 'function') {
  throw new EdgeError(
    'invalid_test',
    'edge1020/testing/jest: no global expect: expected the module in setupFilesAfterEnv; elsewhere, use expect.extend(matchers) of edge1020/testing'
  )
}
expect.extend(matchers)
