import { Later } from '../later.ts'

/** The hints and corrections for wrong expressions. Correct expressions never load them. */
export const mending = new Later(async () => (await import('./all-mending.ts')).allMending)
