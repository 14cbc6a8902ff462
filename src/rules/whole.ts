import { wholeLanguage } from '../language/whole.ts'
import { allReaders } from './all-readers.ts'
import { readers } from './readers.ts'

/** Puts every reader of rules and every part of the language in place: documents of any kind are then read at once. */
export const wholeRules = (): void => {
  wholeLanguage()
  readers.put(allReaders)
}
