import { EdgeError } from '../error.ts'
import { StillLoading } from '../later.ts'
import { assemble } from './assemble.ts'
import type { LanguageOptions } from './compile.ts'
import { Findings } from './findings.ts'
import { PRODUCT_KEYS } from './keys.ts'
import type { Node } from './node.ts'
import { ObjectReader } from './plain.ts'
import type { Ruleset } from './rule.ts'

const isDocument = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  [...PRODUCT_KEYS, 'lists', 'zones'].some((key) => key in value)

/** The documents in an option: several, one, or a list of rules, which becomes one document. */
export const documentsOf = (given: unknown): readonly unknown[] => {
  if (!Array.isArray(given)) return [given]
  return given.length === 0 || given.some(isDocument) ? given : [{ rules: given }]
}

/**
 * Loads rule documents as plain objects, without a YAML parser. Problems name a path, e.g. `rules[2].when.ip[0]`.
 *
 * @throws EdgeError `invalid_rules`; `still_loading` on the main entry, if a rule needs a part of the edge that `loadAll()` has not
 * loaded
 * @example
 * rulesFromObjects([{ rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] }])
 */
export const rulesFromObjects = (
  documents: readonly unknown[],
  options: LanguageOptions = {}
): Ruleset => {
  try {
    return readObjects(documents, options)
  } catch (error) {
    if (!(error instanceof StillLoading)) throw error
    const message = `${error.message}: call \`await loadAll()\` before`
    throw new EdgeError('still_loading', message)
  }
}

/**
 * The same, for callers that can wait.
 *
 * @throws EdgeError `invalid_rules`; StillLoading
 */
export const readObjects = (
  documents: readonly unknown[],
  options: LanguageOptions = {}
): Ruleset => {
  const findings = new Findings()
  return assemble(nodesOf(documents, findings), [], findings, options)
}

/**
 * Like `readObjects`, but returns a promise if part of the edge must load first. The promise rejects with the errors of the rules.
 */
export const readObjectsLater = (documents: readonly unknown[]): Ruleset | Promise<Ruleset> => {
  try {
    return readObjects(documents)
  } catch (error) {
    if (!(error instanceof StillLoading)) throw error
    return error.loading.then(() => readObjectsLater(documents))
  }
}

/** Reads plain objects as documents, and adds problems to `findings`. */
export const nodesOf = (documents: readonly unknown[], findings: Findings): (Node | undefined)[] =>
  documents.map((document, i) =>
    new ObjectReader(findings).read(document, documents.length === 1 ? '' : `documents[${i}]`)
  )
