import { wholeLanguage } from '../language/whole.ts'
import { allReaders } from './all-readers.ts'
import { readers } from './readers.ts'

/**
 * Loads every reader of rules and every part of the language: documents of any kind are then read synchronously.
 */
export const wholeRules = (): void => {
  wholeLanguage()
  readers.put(allReaders)
}
