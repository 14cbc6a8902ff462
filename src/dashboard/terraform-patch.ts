import { terraformMembers } from '../import/export/terraform.ts'
import type { WrittenRule } from '../rules/edit.ts'

/** A change of a Terraform file for the owner to apply. The dashboard shows it and writes nothing. */
export interface TerraformPatch {
  /** The rule, in the style of its neighbours. */
  readonly block: string
  /** For `patch` and `git apply`; absent if the rule is not written out at its place (a `dynamic` block, a `for`). */
  readonly diff?: string
}

const CONTEXT = 3
/** Git's marker after a last line without a line end. */
const UNENDED = '\\ No newline at end of file'
const COMMENT = /^\s*(?:#|\/\/)/

const attributesOf = ({ name, description, expression, action, skip }: WrittenRule) => ({
  action: String(action),
  action_parameters: (skip ?? { ruleset: 'current' }) as Readonly<
    Record<string, string | readonly string[]>
  >,
  expression: String(expression),
  description: `${name}. ${description}`,
  enabled: true,
})

/** Version 4 of the provider has blocks: `rules {`, and in it `action_parameters {`. */
const asBlock = (rule: WrittenRule, indent: string): string =>
  `${indent}rules {\n${terraformMembers(attributesOf(rule), `${indent}  `)}${indent}}\n`.replace(
    /^(\s*action_parameters) = \{$/m,
    '$1 {'
  )

/** Version 5 has a list of objects. */
const asObject = (rule: WrittenRule, indent: string): string =>
  `${indent}{\n${terraformMembers(attributesOf(rule), `${indent}  `)}${indent}},\n`

/**
 * Adds a rule to a Terraform file, above the rule that begins on a line. The comments of that rule stay with it.
 *
 * @param line 1-based
 */
export const terraformPatch = (
  { file, text, line }: { readonly file: string; readonly text: string; readonly line: number },
  rule: WrittenRule
): TerraformPatch => {
  const isEnded = text.endsWith('\n')
  const lines = (isEnded ? text.slice(0, -1) : text).split('\n')
  const [, indent = '  ', open] = /^(\s*)(rules\s*\{|\{)/.exec(lines[line - 1] ?? '') ?? []
  const block = open === '{' ? asObject(rule, indent) : asBlock(rule, indent)
  if (open === undefined) return { block }
  let at = line - 1
  while (at > 0 && COMMENT.test(lines[at - 1]!)) at--
  const added = [...block.trimEnd().split('\n'), ...(open === '{' ? [] : [''])]
  const before = lines.slice(Math.max(0, at - CONTEXT), at)
  const after = lines.slice(at, at + CONTEXT)
  const first = at - before.length + 1
  const kept = before.length + after.length
  const diff = [
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -${first},${kept} +${first},${kept + added.length} @@`,
    ...before.map((one) => ` ${one}`),
    ...added.map((one) => `+${one}`),
    ...after.map((one) => ` ${one}`),
    ...(isEnded || at + CONTEXT < lines.length ? [] : [UNENDED]),
  ]
  return { block, diff: `${diff.join('\n')}\n` }
}
