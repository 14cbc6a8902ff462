import { Later } from '../later.ts'

/**
 * Readers that most documents of custom rules do not need: other products, lists, zones, pages, responses, skips.
 */
export const readers = new Later(async () => (await import('./all-readers.ts')).allReaders)
