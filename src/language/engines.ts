import { Later } from '../later.ts'

/** Regular expressions, and the functions in `LATER_FUNCTIONS`. Rules that use neither never load them. */
export const engines = new Later(async () => (await import('./all-engines.ts')).allEngines)
