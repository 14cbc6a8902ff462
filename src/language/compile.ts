import { FEW_RANGES } from '../lists/few-ranges.ts'
import type { RootNode } from './ast.ts'
import { ipSets } from './compile/ip-sets.ts'
import { compileCondition, compileElements, compileTest } from './compile/logic.ts'
import type { CompileOptions, Lists } from './compile/options.ts'
import { withTree } from './compile/tree.ts'
import { compileOperand } from './compile/value.ts'
import { expressionError, toDiagnostic } from './diagnostics.ts'
import { explanations } from './explanations.ts'
import type { Expression, ListUse } from './expression.ts'
import type { Limits } from './limits.ts'
import { LIMITS } from './limits.ts'
import { listKindOf } from './list-kind.ts'
import { mending } from './mending.ts'
import { Parser } from './parser.ts'
import type { Scheme } from './scheme.ts'
import type { Context, Type, Value } from './types.ts'
import { arrayOf } from './types.ts'
import { descendants, isLogical, isOperand } from './walk.ts'

export type { Lists } from './compile/options.ts'

export interface Options {
  scheme: Scheme
  /** Contents of `$lists`. A list without contents is empty. */
  lists?: Lists
  /** How a missing value behaves. `docs` (default): `!=` is false, `len` is missing. `engine`: `!=` is true, `len` is 0. */
  missing?: CompileOptions['missing']
  /** `Bool` (default) accepts a rule; `any` also accepts an expression that is a value. */
  expect?: 'Bool' | 'any'
  limits?: Partial<Limits>
}

const evaluator = (
  root: RootNode,
  options: CompileOptions
): ((context: Context) => Value | undefined) => {
  if (root.kind === 'literal') return () => root.value
  if (isOperand(root)) return compileOperand(root, options)
  return root.kind === 'bare'
    ? compileOperand(root.operand, options)
    : compileElements(root, options)
}

const rootType = (root: RootNode): Type =>
  isOperand(root) && root.each ? arrayOf(root.type) : root.type

/**
 * Parses, checks and compiles an expression of the Rules language.
 *
 * @throws EdgeError `invalid_expression`; `diagnostics` lists each independent problem with its place, `message` contains
 * the pictures that Cloudflare's engine prints
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/
 * @example compile('http.host eq "shop.test"', { scheme: defaultScheme }).matches(context)
 */
export const compile = (
  source: string,
  { scheme, lists = {}, missing = 'docs', expect = 'Bool', limits }: Options
): Expression => {
  const read = (text: string) => {
    const parser = new Parser(text, scheme, limits && { ...LIMITS, ...limits })
    const root = expect === 'Bool' ? parser.filter() : parser.value()
    return { parser, root }
  }
  const { parser, root } = read(source)
  if (root === undefined || parser.problems.length > 0) {
    const { problems } = parser
    const check = (text: string) => read(text).parser.problems
    const taught = mending.loaded?.teach(source, problems, { scheme, check })
    const told = taught?.map(({ problem }) => problem) ?? problems
    throw expressionError(source, told)
  }
  const options: CompileOptions = { missing, lists, condition: compileCondition }
  const isTest = isLogical(root) && root.type.kind === 'Bool'
  const fields = new Set<string>()
  const listUses: ListUse[] = []
  for (const node of descendants(root)) {
    if (node.kind === 'field') fields.add(node.name)
    if (node.kind !== 'compare') continue
    const { left, right } = node
    if (right.kind === 'ip_set' && right.items.length > FEW_RANGES) ipSets.needed
    if (right.kind !== 'list') continue
    const field = source.slice(left.start, left.end)
    listUses.push({ name: right.name, kind: listKindOf(left.type), field })
  }
  let built: Pick<Expression, 'matches' | 'evaluate'> | undefined
  const build = () => {
    if (built !== undefined) return built
    const test = isTest ? compileTest(root, options) : undefined
    const evaluate = root.kind !== 'bare' && test !== undefined ? test : evaluator(root, options)
    built = { matches: test ?? ((context) => evaluate(context) === true), evaluate }
    return Object.assign(expression, built)
  }
  const expression: Expression = {
    source,
    type: rootType(root),
    fields: [...fields],
    listUses,
    lists: [...new Set(listUses.map(({ name }) => name))],
    warnings: parser.warnings.map((warning) => toDiagnostic(source, warning, 'warning')),
    // The first call of either one puts the closures in their places: of a thousand rules, requests evaluate a few.
    matches: (context) => build().matches(context),
    evaluate: (context) => build().evaluate(context),
    explain: (context, wanted = true) =>
      isLogical(root) && root.type.kind === 'Bool'
        ? explanations.now.explain(root, wanted, { source, options, context })
        : [],
    trace: (context) => explanations.now.trace(root, { source, options, context }),
    toString: () => explanations.loaded?.print(root) ?? source,
  }
  return withTree(expression, root, options)
}
