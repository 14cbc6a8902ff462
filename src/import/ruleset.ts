import { isAction } from '../actions.ts'
import type { LanguageOptions } from '../rules/compile.ts'
import { compileText } from '../rules/compile.ts'
import type { Draft } from '../rules/draft.ts'
import type { Findings } from '../rules/findings.ts'
import type { Part, Place, Span } from '../rules/node.ts'
import { slug } from '../rules/slug.ts'
import type { ImportedRule } from './rule.ts'

const ID = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:-]{0,99}$/u
const MAX_NAME = 60

/** What people call a rule of each product. */
export const PRODUCT_NAMES: Readonly<Record<ImportedRule['product'], string>> = {
  access: 'IP Access rule',
  custom: 'custom rule',
  list: 'list',
  lockdown: 'Zone Lockdown',
  ratelimit: 'rate limiting rule',
  ua: 'User Agent Blocking rule',
}

/** `dir/main.tf:20` as a file and a line. */
const placeOf = ({ at, source }: ImportedRule): { file: string; line: number } => {
  const [, file = source, line = '1'] = /^(.*):(\d+)$/.exec(at ?? source) ?? []
  return { file, line: Number(line) }
}

/** The place of a rule; problems within its expression show the expression, as the file may build it from parts. */
class RulePlace implements Place {
  constructor(readonly rule: ImportedRule) {}

  span(): Span {
    const { file, line } = placeOf(this.rule)
    const text = this.rule.name ?? this.rule.expression ?? ''
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

/** A name for every rule: events show it. */
const nameOf = ({ name, expression = '' }: ImportedRule): string => {
  const text = (name ?? expression).replace(/\s+/g, ' ').trim()
  return text.length > MAX_NAME && name === undefined ? `${text.slice(0, MAX_NAME - 1)}…` : text
}

const idOf = (rule: ImportedRule, name: string, taken: Set<string>): string => {
  const base = rule.id !== undefined && ID.test(rule.id) ? rule.id : slug(name).slice(0, 90)
  let id = base
  for (let i = 2; taken.has(id); i++) id = `${base}-${i}`
  taken.add(id)
  return id
}

/** The reason why a rule does not run here; `undefined` where it runs. */
const unenforced = ({ product, action = '', ruleset }: ImportedRule): string | undefined => {
  if (product === 'list') return undefined
  if (product !== 'custom') return `${PRODUCT_NAMES[product]}s are not enforced yet`
  if (ruleset === 'custom') return 'rules of custom rulesets are not enforced yet'
  return isAction(action) ? undefined : `the action \`${action}\` is not enforced yet`
}

/**
 * Imported rules as rules of an edge. Rules that this edge cannot enforce yet are named in a warning each, and lists are left to
 * the caller.
 *
 * @param taken ids of the rules before
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
    const reason = rule.enabled === false ? undefined : unenforced(rule)
    const name = nameOf(rule)
    if (reason !== undefined) {
      const value = rule.value === undefined ? '' : ` ${rule.value}`
      const title = name === '' ? value.trim() : `"${name}"`
      findings.warn(place, 'not_enforced', `${title}: ${reason}`)
      return []
    }
    const { action = '', expression = '', enabled = true } = rule
    if (rule.product !== 'custom' || !isAction(action) || rule.ruleset === 'custom') return []
    if (rule.response !== undefined && enabled) {
      const message = `"${name}": its own response is not sent yet: it answers 1020`
      findings.warn(place, 'not_enforced', message)
    }
    return [
      {
        id: idOf(rule, name, taken),
        idPlace: place,
        name,
        action,
        enabled,
        expression: compileText({ value: expression, place }, options, findings),
        description: undefined,
        page: undefined,
        goesOn: action === 'skip' && rule.skip?.current === false,
        place,
      },
    ]
  })
