import { listProblem } from '../language/list-problem.ts'
import { readPageChoice } from './page.ts'
import { readAccess } from './products/access.ts'
import { readAgents } from './products/agents.ts'
import { readLists } from './products/lists.ts'
import { readLockdown } from './products/lockdowns.ts'
import { readRateLimit } from './products/rate-limits.ts'
import { readResponse } from './response.ts'
import { readSkip } from './skip.ts'
import { checkZones, readZoneHead } from './zones.ts'

export const allReaders = {
  checkZones,
  listProblem,
  readAccess,
  readAgents,
  readLists,
  readLockdown,
  readPageChoice,
  readRateLimit,
  readResponse,
  readSkip,
  readZoneHead,
}
