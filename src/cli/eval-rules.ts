import { readPageFile } from '../answers/node/own-page-file.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { paint } from '../paint.ts'
import { allRules, type Rule } from '../rules/rule.ts'
import type { EvalCase, EvalResult } from '../toolkit/eval.ts'
import { evaluateExpression } from '../toolkit/eval.ts'
import { printLossless } from '../toolkit/lossless-json.ts'
import type { OpenedSources } from '../visitor/node/sources.ts'
import type { Arguments, Io } from './command.ts'
import { EXIT_OK, EXIT_USAGE } from './command.ts'
import { printable } from './printable.ts'
import { terraformValues } from './terraform-flags.ts'

const RESULT_WIDTH = 7

const placeOf = ({ file, line }: Rule): string => (line === 0 ? file : `${file}:${line}`)

const ruleText = (rule: Rule, result: EvalResult, io: Io): string => {
  const found = result.ok ? printLossless(result.result) : 'error'
  const state = rule.enabled ? '' : ', disabled'
  const about = `(${rule.action}${state}, ${printable(placeOf(rule))})`
  const style = found === 'true' ? 'bold' : 'dim'
  const reason = result.ok ? '' : `: ${printable(result.error.message)}`
  return `${paint(io.color, style, found.padEnd(RESULT_WIDTH))}${printable(rule.name)} ${about}${reason}\n`
}

/**
 * Prints the value of each rule's expression for one request. Unlike `explain`, it also evaluates disabled rules, and rules after a
 * rule that ends the evaluation.
 */
export const evaluateRules = (
  given: Omit<EvalCase, 'expression'>,
  args: Arguments,
  io: Io,
  sources: OpenedSources
): number => {
  const ruleset = loadRulePaths(args.texts('rules'), {
    lists: sources.lists,
    readPage: readPageFile,
    ...terraformValues(args),
  })
  let exitCode = EXIT_OK
  for (const rule of allRules(ruleset)) {
    const { id, name, action, enabled } = rule
    const result = evaluateExpression(rule.expression, given, { sources })
    if (!result.ok) exitCode = EXIT_USAGE
    const line = { ...result, id, name, action, enabled, source: placeOf(rule) }
    io.out(args.on('json') ? `${printLossless(line)}\n` : ruleText(rule, result, io))
  }
  return exitCode
}
