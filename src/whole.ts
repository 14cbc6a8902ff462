import { openChallenges } from './challenges/open.ts'
import { challengeModule, matchModule, testModule } from './edge/modules.ts'
import { prepareMatches } from './on-match.ts'
import { allLimiting } from './phases/all-limiting.ts'
import { allProducts } from './phases/all-products.ts'
import { limiting } from './phases/limiting.ts'
import { products } from './phases/products.ts'
import { allBodies } from './request/all-bodies.ts'
import { bodies } from './request/bodies.ts'
import { answer as answerPass } from './reserved/challenge-pass.ts'
import { answer } from './reserved/error-preview.ts'
import { passes, previews } from './reserved/paths.ts'
import { wholeRules } from './rules/whole.ts'
import { badOverride, testOverrides } from './test-overrides.ts'
import { allForwarded } from './visitor/all-forwarded.ts'
import { forwarded, overrideReaders } from './visitor/identify.ts'
import { readOverrides } from './visitor/overrides.ts'

/**
 * Loads every module that the main entry would import later, for programs whose size does not matter. No request then waits for a
 * module.
 */
export const wholeEdge = (): void => {
  wholeRules()
  bodies.put(allBodies)
  forwarded.put(allForwarded)
  challengeModule.put({ openChallenges })
  limiting.put(allLimiting)
  matchModule.put({ prepareMatches })
  overrideReaders.put({ readOverrides })
  products.put(allProducts)
  passes.put({ answer: answerPass })
  previews.put({ answer })
  testModule.put({ badOverride, testOverrides })
}
