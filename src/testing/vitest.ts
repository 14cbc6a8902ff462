/** edge1020/testing/vitest: adds the matchers to vitest's `expect`; import it, or name it in `setupFiles`. */
import { expect } from 'vitest'
import type { EdgeMatchers } from './matchers.ts'
import { matchers } from './matchers.ts'

declare module 'vitest' {
  // Vitest's interface for custom matchers, since 3.2.
  interface Matchers<T> extends EdgeMatchers {}
}

expect.extend(matchers)
