import { Later } from '../later.ts'

/** Parts of the language that rules of plain comparisons do not use. Every rule is checked without them. */
export const engines = new Later(async () => (await import('./all-engines.ts')).allEngines)
