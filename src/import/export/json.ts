import type { ImportedRule } from '../rule.ts'
import { apiObjects } from './bodies.ts'

/** Imported rules as a document of Cloudflare's API: one ruleset, or a list of several documents. */
export const toApiJson = (rules: readonly ImportedRule[]): string => {
  const bodies = apiObjects(rules).map(({ body, id }) =>
    id === undefined ? body : { id, ...body }
  )
  const document = bodies.length === 1 && 'phase' in bodies[0]! ? bodies[0] : bodies
  return `${JSON.stringify(document, undefined, 2)}\n`
}
