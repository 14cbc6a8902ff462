import { Later } from '../../later.ts'

/** The code that evaluates many rules together. */
export const lookups = new Later<Pick<typeof import('./rule-lookups.ts'), 'compileWithLookups'>>(
  () => import('./rule-lookups.ts')
)
