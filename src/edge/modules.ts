import { Later } from '../later.ts'

/** The page of challenges and the check of clearances. */
export const challengeModule = new Later<
  Pick<typeof import('../challenges/open.ts'), 'openChallenges'>
>(() => import('../challenges/open.ts'))

/** Answers and events. */
export const matchModule = new Later<Pick<typeof import('../on-match.ts'), 'prepareMatches'>>(
  () => import('../on-match.ts')
)

/** The values that tests set with headers. */
export const testModule = new Later<
  Pick<typeof import('../test-overrides.ts'), 'badOverride' | 'testOverrides'>
>(() => import('../test-overrides.ts'))
