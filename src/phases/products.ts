import { Later } from '../later.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { idlePhase } from './idle.ts'
import type { Phase } from './phase.ts'

/** The phases of the products besides custom rules and rate limiting. */
export const products = new Later(async () => (await import('./all-products.ts')).allProducts)

type About = Pick<Phase, 'name' | 'source'>

/** Creates a function that judges requests by the enabled rules of one product. */
export type CreateJudge<R extends Rule> = (about: About, enabled: readonly R[]) => Phase['run']

/** The phase of a product whose code loads if there is an enabled rule. */
const productPhase = <R extends Rule>(
  about: About,
  rules: readonly R[],
  judge: (module: typeof products.now) => CreateJudge<R>
): Phase => {
  const enabled = rules.filter((rule) => rule.enabled)
  if (enabled.length === 0) return idlePhase(about)
  products.ask()
  return {
    ...about,
    fields: [...new Set(enabled.flatMap(({ expression }) => expression.fields))],
    readsBody: false,
    run: products.build((module) => judge(module)(about, enabled)),
  }
}

/** IP Access rules. */
export const ipAccess = ({ access }: Ruleset): Phase =>
  productPhase({ name: 'ip-access', source: 'ip' }, access, ({ judgeAccess }) => judgeAccess)

/** Zone Lockdown. */
export const zoneLockdown = ({ lockdowns }: Ruleset): Phase =>
  productPhase(
    { name: 'zone-lockdown', source: 'zonelockdown' },
    lockdowns,
    ({ judgeLockdowns }) => judgeLockdowns
  )

/** User Agent Blocking. */
export const userAgents = ({ agents }: Ruleset): Phase =>
  productPhase({ name: 'user-agents', source: 'uablock' }, agents, ({ judgeAgents }) => judgeAgents)
