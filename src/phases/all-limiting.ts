import { memoryCounters } from '../limits/memory.ts'
import { judgeRateLimits } from './rate-limits.ts'

export const allLimiting = { judgeRateLimits, memoryCounters }
