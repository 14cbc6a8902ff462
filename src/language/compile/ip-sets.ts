import { Later } from '../../later.ts'

/** The index of sets of many addresses. */
export const ipSets = new Later<Pick<typeof import('../../lists/ipset.ts'), 'buildIpSet'>>(
  () => import('../../lists/ipset.ts')
)
