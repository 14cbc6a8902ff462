import { isAction } from '../actions.ts'
import type { LanguageOptions } from '../rules/compile.ts'
import type { Draft } from '../rules/draft.ts'
import type { Findings } from '../rules/findings.ts'
import { nameAfter } from '../rules/name-after.ts'
import type { Part, Place, Span } from '../rules/node.ts'
import { ACCESS_ACTIONS } from '../rules/products/access.ts'
import { AGENT_ACTIONS } from '../rules/products/agents.ts'
import { CUSTOM_ACTIONS } from '../rules/products/custom.ts'
import { RATE_LIMIT_ACTIONS } from '../rules/products/rate-limits.ts'
import { checkResponse } from '../rules/response.ts'
import type { Rule } from '../rules/rule.ts'
import { slug } from '../rules/slug.ts'
import { productOf } from './products.ts'
import type { ImportedRule } from './rule.ts'

const ID = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:-]{0,99}$/u
/** The name of a rule of each product, for people. */
export const PRODUCT_NAMES: Readonly<Record<ImportedRule['product'], string>> = {
  access: 'IP Access rule',
  custom: 'custom rule',
  list: 'list',
  lockdown: 'Zone Lockdown',
  ratelimit: 'rate limiting rule',
  ua: 'User Agent Blocking rule',
}

/** The supported actions of each product. */
const ACTIONS = {
  access: ACCESS_ACTIONS,
  custom: CUSTOM_ACTIONS,
  ratelimit: RATE_LIMIT_ACTIONS,
  ua: AGENT_ACTIONS,
} as const

/** `dir/main.tf:20` as a file and a line. */
const placeOf = ({ at, source }: ImportedRule): { file: string; line: number } => {
  const [, file = source, line = '1'] = /^(.*):(\d+)$/.exec(at ?? source) ?? []
  return { file, line: Number(line) }
}

/** The place of a rule. Problems inside its expression show the expression, because the file can build it from parts. */
class RulePlace implements Place {
  constructor(readonly rule: ImportedRule) {}

  span(): Span {
    const { file, line } = placeOf(this.rule)
    const text = this.rule.name || (this.rule.expression ?? '')
    return { file, line, column: 1, length: Math.max(1, text.length), sourceLine: text }
  }

  part({ start, length }: Part): Span {
    const { file, line } = placeOf(this.rule)
    const source = this.rule.expression ?? ''
    const lineStart = source.lastIndexOf('\n', start - 1) + 1
    const next = source.indexOf('\n', start)
    const sourceLine = source.slice(lineStart, next === -1 ? undefined : next)
    const column = start - lineStart + 1
    return {
      file,
      line,
      column,
      length: Math.max(1, Math.min(length, sourceLine.length - column + 1)),
      sourceLine,
    }
  }
}

/** A name for every rule, for events. */
const nameOf = ({ name, expression = '' }: ImportedRule): string =>
  name?.replace(/\s+/g, ' ').trim() || nameAfter(expression)

const idOf = (rule: ImportedRule, name: string, taken: Set<string>): string => {
  const base = rule.id !== undefined && ID.test(rule.id) ? rule.id : slug(name).slice(0, 90)
  let id = base
  for (let i = 2; taken.has(id); i++) id = `${base}-${i}`
  taken.add(id)
  return id
}

/** The reason why a rule does not run here; `undefined` if it runs. */
export const unenforced = ({ product, action = '', ruleset }: ImportedRule): string | undefined => {
  if (product === 'list' || product === 'lockdown') return undefined
  if (ruleset === 'custom') return 'no rule in the files executes its ruleset'
  if (action === 'execute') return 'the ruleset that it executes is not among the files'
  const known: readonly string[] = ACTIONS[product]
  return known.includes(action) ? undefined : `the action \`${action}\` is not enforced yet`
}

const responseOf = ({ response }: ImportedRule): Rule['response'] =>
  response && {
    ...(response.status === undefined ? {} : { status: response.status }),
    ...(response.content === undefined ? {} : { content: response.content }),
    ...(response.content_type === undefined ? {} : { contentType: response.content_type }),
  }

/**
 * Imported rules as rules of an edge. A warning names each rule that this edge cannot enforce. The caller handles lists.
 *
 * @param taken ids of the earlier rules
 */
export const draftsOf = (
  rules: readonly ImportedRule[],
  options: LanguageOptions,
  findings: Findings,
  taken: Set<string>
): Draft[] =>
  rules.flatMap((rule): Draft[] => {
    if (rule.product === 'list') return []
    const place = new RulePlace(rule)
    const { action = 'block', enabled = true } = rule
    const reason = enabled ? unenforced(rule) : undefined
    const value = rule.value === undefined ? '' : ` ${rule.value}`
    const name = nameOf(rule) || `${action}${value}`
    const warn = (why: string) => findings.warn(place, 'not_enforced', `"${name}": ${why}`)
    if (reason !== undefined) {
      warn(reason)
      return []
    }
    // A disabled rule can have an unknown action, because it does not run.
    if (!isAction(action) || rule.ruleset === 'custom') return []
    const made = productOf(rule, place, options, findings)
    if ('reason' in made) {
      warn(made.reason)
      return []
    }
    const response = responseOf(rule)
    if (response !== undefined) {
      const product = rule.product === 'ratelimit' ? 'rateLimit' : 'custom'
      checkResponse(response, product, (_, message) =>
        findings.warn(place, 'not_on_cloudflare', `"${name}": ${message}`)
      )
    }
    return [
      {
        id: idOf(rule, name, taken),
        idPlace: place,
        name,
        action,
        enabled,
        ...made,
        response,
        skip: action === 'skip' ? rule.skip : undefined,
        place,
      },
    ]
  })
