import { Later } from '../later.ts'

/** What reads bodies and takes them apart, for rules that look into them. */
export const bodies = new Later(async () => (await import('./all-bodies.ts')).allBodies)
