import { Later } from '../later.ts'

/** The readers of what most documents of custom rules do not have: rules of other products, lists, zones, pages, responses, skips. */
export const readers = new Later(async () => (await import('./all-readers.ts')).allReaders)
