import { clauses, tokenOf } from '../toolkit/clauses.ts'
import type { GoodVisitor } from './visitors.ts'

const WELL_KNOWN = /^\/\.well-known\/[^/?]+/

/**
 * Clauses of the Rules language that are true of some of these visitors: as exceptions they let them through. The caller tries each
 * of them before it proposes one.
 */
export const clausesFor = (visitors: readonly GoodVisitor[]): string[] => {
  const found = new Set<string>()
  if (visitors.some(({ verified }) => verified !== undefined)) found.add(clauses.verified)
  for (const { headers, asn, network, paths = [], verified } of visitors) {
    const token = tokenOf(headers['User-Agent'] ?? '')
    if (token !== undefined && verified === undefined) {
      if (network !== 'home') {
        found.add(`(${clauses.system(asn)} and ${clauses.program(token)})`)
      }
      found.add(clauses.program(token))
    }
    // The customers of an access or hosting provider have nothing in common.
    if (network === 'own') found.add(clauses.system(asn))
    for (const path of paths) {
      const [folder] = WELL_KNOWN.exec(path) ?? []
      if (folder !== undefined) {
        found.add(clauses.folder(folder))
      }
    }
  }
  return [...found]
}
