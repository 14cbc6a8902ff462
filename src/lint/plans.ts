import type { Plan } from './lint-type.ts'
import { PLANS } from './lint-type.ts'

/** True if `plan` has all the features of `needed`. */
export const includes = (plan: Plan, needed: Plan): boolean =>
  PLANS.indexOf(plan) >= PLANS.indexOf(needed)

const NAMES: Readonly<Record<Plan, string>> = {
  free: 'Free',
  pro: 'Pro',
  business: 'Business',
  enterprise: 'Enterprise',
}

export const planName = (plan: Plan): string => NAMES[plan]

/** Parses the minimum plan, as Cloudflare's field reference words it. */
export const planOf = (words: string | undefined): Plan | undefined => {
  const word = words?.split(' ')[0]?.toLowerCase()
  return PLANS.find((plan) => plan === word)
}
