import { Later } from '../later.ts'

/** The code of `explain`, `trace` and `toString`. Only a request that matches a rule needs it. */
export const explanations = new Later(
  async () => (await import('./all-explanations.ts')).allExplanations
)
