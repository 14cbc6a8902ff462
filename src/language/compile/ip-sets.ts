import { Later } from '../../later.ts'

/** The index for sets of many addresses. */
export const ipSets = new Later<Pick<typeof import('../../lists/ipset.ts'), 'buildIpSet'>>(
  () => import('../../lists/ipset.ts')
)
