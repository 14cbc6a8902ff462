import { Later } from '../later.ts'

/** What `explain`, `trace` and `toString` work with: only a request that matches is explained. */
export const explanations = new Later(
  async () => (await import('./all-explanations.ts')).allExplanations
)
