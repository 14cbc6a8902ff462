import { judgeAccess } from './ip-access.ts'
import { judgeAgents } from './user-agents.ts'
import { judgeLockdowns } from './zone-lockdown.ts'

export const allProducts = { judgeAccess, judgeAgents, judgeLockdowns }
