import type { Ruleset } from '../rules/rule.ts'
import { customRules } from './custom-rules.ts'
import { rateLimits } from './limiting.ts'
import type { PhaseName } from './names.ts'
import { PHASE_NAMES } from './names.ts'
import type { Phase, PhaseServices } from './phase.ts'
import { ipAccess, userAgents, zoneLockdown } from './products.ts'
import { unlessSkipped } from './unless-skipped.ts'

/** The function that creates each phase; `names.ts` has their order. */
const CREATE: Readonly<Record<PhaseName, (ruleset: Ruleset, services: PhaseServices) => Phase>> = {
  'ip-access': ipAccess,
  'zone-lockdown': (ruleset) => unlessSkipped(zoneLockdown(ruleset), 'zone-lockdown', ruleset),
  'user-agents': (ruleset) => unlessSkipped(userAgents(ruleset), 'user-agents', ruleset),
  'custom-rules': customRules,
  'rate-limits': rateLimits,
}

/** The phases of a zone. The place of a phase in the list is the place of its bit in `Ruling.skips`. */
export const createPhases = (ruleset: Ruleset, services: PhaseServices): readonly Phase[] =>
  PHASE_NAMES.map((name) => CREATE[name](ruleset, services))
