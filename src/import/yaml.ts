import { Findings } from '../rules/findings.ts'
import type { ImportedRule, LeftOut } from './rule.ts'
import { draftsOf } from './ruleset.ts'

/** JSON's quotes are YAML's. */
const quoted = (text: string) => JSON.stringify(text)

const MAX_NAME = 200

const block = (text: string, indent: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => (line === '' ? '' : `${indent}${line}`))
    .join('\n')

/** One comment line each. */
const comment = (text: string): string => `  # ${text.replace(/\s+/g, ' ')}\n`

/**
 * Imported rules as a rule document of edge1020. Each rule is preceded by the place that it comes from.
 *
 * @returns the document, and the rules that have no form in it
 */
export const toDocument = (
  rules: readonly ImportedRule[]
): { text: string; leftOut: readonly LeftOut[] } => {
  const taken = new Set<string>()
  const leftOut: LeftOut[] = []
  let text = ''
  for (const rule of rules) {
    const findings = new Findings()
    const what = rule.name ?? rule.value ?? rule.resource ?? rule.product
    const source = rule.at ?? rule.source
    const leaveOut = (reason: string) => leftOut.push({ source, what, reason })
    // Lists are the owner's to give, so that a missing one is no problem here.
    const [draft] = draftsOf([{ ...rule, enabled: true }], { lists: ANY_LISTS }, findings, taken)
    const problem = findings.inSourceOrder([]).find(({ severity }) => severity === 'error')
    if (rule.product === 'list') leaveOut('lists are given with `--feed` or the option `lists`')
    else if (problem !== undefined) leaveOut(problem.message)
    else if (draft?.parts?.product !== 'custom') leaveOut('it has no form in a rule document yet')
    else if (draft.skip?.current === false)
      leaveOut('it skips other products only, which are not here')
    else {
      const name = [...draft.name].slice(0, MAX_NAME).join('')
      text += comment(source)
      text += `  - name: ${quoted(name)}\n`
      text += `    id: ${quoted(draft.id ?? '')}\n`
      text += `    expression: |-\n${block(rule.expression ?? '', '      ')}\n`
      text += `    action: ${draft.action}\n`
      if (rule.enabled === false) text += '    enabled: false\n'
    }
  }
  return { text: text === '' ? 'rules: []\n' : `rules:\n${text}`, leftOut }
}

const HAS_NOTHING = { has: () => false }
const ANY_LISTS = {
  ip: () => HAS_NOTHING,
  int: () => HAS_NOTHING,
  string: () => HAS_NOTHING,
}
