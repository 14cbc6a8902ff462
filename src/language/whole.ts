import { allEngines } from './all-engines.ts'
import { engines } from './engines.ts'
import { explain, trace } from './explain.ts'
import { explanations } from './explanations.ts'
import { teach } from './mend/mend.ts'
import { mending } from './mending.ts'

/** Puts every part of the language in place: expressions then compile as a whole, and nothing is imported later. */
export const wholeLanguage = (): void => {
  engines.put(allEngines)
  explanations.put({ explain, trace })
  mending.put({ teach })
}
