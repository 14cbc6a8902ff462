import { buildIpSet } from '../lists/ipset.ts'
import { allEngines } from './all-engines.ts'
import { allExplanations } from './all-explanations.ts'
import { allMending } from './all-mending.ts'
import { ipSets } from './compile/ip-sets.ts'
import { lookups } from './compile/lookups.ts'
import { compileWithLookups } from './compile/rule-lookups.ts'
import { engines } from './engines.ts'
import { explanations } from './explanations.ts'
import { mending } from './mending.ts'

/** Loads every part of the language at once: expressions then compile completely, and nothing is imported later. */
export const wholeLanguage = (): void => {
  engines.put(allEngines)
  ipSets.put({ buildIpSet })
  explanations.put(allExplanations)
  lookups.put({ compileWithLookups })
  mending.put(allMending)
}
