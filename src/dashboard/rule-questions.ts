import type { Diagnostic, ErrorCode } from '../error.ts'
import { EdgeError, messageOf } from '../error.ts'
import type { LoadOptions } from '../import/node/load.ts'
import { loadRulePaths } from '../import/node/load.ts'
import type { Finding } from '../lint/finding.ts'
import type { NamedLists } from '../lists/kind.ts'
import { createFindings } from './findings.ts'
import type { Holding, Sought } from './held.ts'
import { heldIn } from './held.ts'
import { readersForForms } from './named-files.ts'

/** The rules of a thread, passed when it starts. */
export interface RuleThreadOptions {
  readonly paths: readonly string[]
  readonly loading: Pick<LoadOptions, 'vars' | 'varFiles' | 'env'>
}

/** A question about findings in the files, mistakes in a changed text, or lists that contain a value. */
export interface RuleQuestion {
  readonly sought?: Sought
  readonly changed?: { readonly file: string; readonly text: string }
  /** Available lists of feeds, as type and name: `ip cf.tor`. */
  readonly known: ReadonlySet<string>
}

export interface RuleReply {
  readonly diagnostics?: readonly Diagnostic[]
  readonly findings?: readonly Finding[]
  readonly held?: readonly Holding[]
  /** Lists that the rules refer to but the question does not contain. */
  readonly asked: readonly string[]
  readonly failure?: { readonly code: ErrorCode | undefined; readonly message: string }
}

const SEES_NOTHING = { has: () => false }

/** Returns lists of feeds without their entries, because the check of an expression needs only their names. */
const namesOnly = (known: () => ReadonlySet<string>, asked: Set<string>): NamedLists<never> => {
  const find = (type: string) => (name: string) => {
    const key = `${type} ${name}`
    asked.add(key)
    return known().has(key) ? SEES_NOTHING : undefined
  }
  return { ip: find('ip'), int: find('int'), string: find('string') }
}

/**
 * Answers questions about rules: the mistakes of a text, and the findings about the files. A text of 100,000 brackets
 * takes two seconds, and the analysis of a few hundred rules takes one second. Both therefore run in a separate thread.
 */
export const createRuleAnswers = ({ paths, loading }: RuleThreadOptions) => {
  let known: ReadonlySet<string> = new Set()
  const asked = new Set<string>()
  const options: LoadOptions = { ...loading, lists: namesOnly(() => known, asked) }
  const newFindings = () => createFindings(paths, options)
  let findings = newFindings()

  const check = (changed: { file: string; text: string }): readonly Diagnostic[] => {
    try {
      loadRulePaths(paths, {
        ...options,
        ...readersForForms(paths, options),
        replaced: new Map([[changed.file, changed.text]]),
      })
      return []
    } catch (error) {
      if (!(error instanceof EdgeError) || error.code !== 'invalid_rules') throw error
      return error.diagnostics
    }
  }

  return (question: RuleQuestion): RuleReply => {
    asked.clear()
    // Findings are cached until the files change. They depend on the lists known at that time.
    if ([...question.known].join() !== [...known].join()) findings = newFindings()
    known = question.known
    try {
      const { changed, sought } = question
      if (sought !== undefined) return { held: heldIn(paths, options, sought), asked: [...asked] }
      return changed === undefined
        ? { findings: findings(), asked: [...asked] }
        : { diagnostics: check(changed), asked: [...asked] }
    } catch (error) {
      const code = error instanceof EdgeError ? error.code : undefined
      return { asked: [...asked], failure: { code, message: messageOf(error) } }
    }
  }
}
