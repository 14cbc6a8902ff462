import { allEngines } from './all-engines.ts'
import { allMending } from './all-mending.ts'
import { lookups } from './compile/lookups.ts'
import { compileWithLookups } from './compile/rule-lookups.ts'
import { engines } from './engines.ts'
import { explain, trace } from './explain.ts'
import { explanations } from './explanations.ts'
import { mending } from './mending.ts'

/** Puts every part of the language in place: expressions then compile as a whole, and nothing is imported later. */
export const wholeLanguage = (): void => {
  engines.put(allEngines)
  explanations.put({ explain, trace })
  lookups.put({ compileWithLookups })
  mending.put(allMending)
}
