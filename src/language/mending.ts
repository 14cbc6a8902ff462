import { Later } from '../later.ts'

/** The hints of wrong expressions and their corrected text. Expressions that are right do without. */
export const mending = new Later(async () => (await import('./all-mending.ts')).allMending)
