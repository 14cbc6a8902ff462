import type { Plan } from './lint-type.ts'
import { PLANS } from './lint-type.ts'

/** True where one plan has what another one has. */
export const includes = (plan: Plan, needed: Plan): boolean =>
  PLANS.indexOf(plan) >= PLANS.indexOf(needed)

const NAMES: Readonly<Record<Plan, string>> = {
  free: 'Free',
  pro: 'Pro',
  business: 'Business',
  enterprise: 'Enterprise',
}

export const planName = (plan: Plan): string => NAMES[plan]

/** The least plan in the words of Cloudflare's field reference. */
export const planOf = (words: string | undefined): Plan | undefined => {
  const word = words?.split(' ')[0]?.toLowerCase()
  return PLANS.find((plan) => plan === word)
}
