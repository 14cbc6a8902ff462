import { Later } from '../later.ts'

/** What `explain` and `trace` work with: only a request that matches is explained. */
export const explanations = new Later<Pick<typeof import('./explain.ts'), 'explain' | 'trace'>>(
  () => import('./explain.ts')
)
