import { EdgeError } from '../error.ts'
import { optionsOf } from '../language/compile/tree.ts'
import { compile } from '../language/compile.ts'
import { customRuleScheme } from '../language/defaults.ts'
import { replaceRules } from '../rules/replace-rules.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import type { Trial, TrialRequest, Trials, TrialsOptions } from '../toolkit/trial.ts'
import { createTrials } from '../toolkit/trial.ts'
import { placeOf } from '../toolkit/trial-phases.ts'
import { clausesFor } from './clauses.ts'
import type { GoodVisitor, Visitor, Weight } from './visitors.ts'
import { badVisitors, goodVisitors, requestsOf, WEIGHTS } from './visitors.ts'

export type AuditOptions = Omit<TrialsOptions, 'counts' | 'now'> & {
  /** The host of the requests. Default `shop.test`. */
  readonly host?: string | undefined
}

/** One good visitor that a rule stops. */
export interface StoppedVisitor {
  readonly name: string
  readonly group: string
  readonly weight: Weight
  readonly breaks: string
  readonly path: string
}

/** A change of a rule that lets good visitors through and no bad one. */
export interface Remedy {
  /** `and not (…)`, to be added to the rule's expression. */
  readonly exception: string
  /** The whole expression with the change. */
  readonly expression: string
  /** Names of the visitors that it lets through. */
  readonly frees: readonly string[]
  /** Names of those that it does not. */
  readonly leaves: readonly string[]
}

export interface AuditFinding {
  readonly rule: Rule
  /** `file:line` */
  readonly place: string
  readonly action: string
  /** Cloudflare's error code; 0 for a challenge. */
  readonly code: number
  /** That of the visitor that matters most. */
  readonly severity: Weight
  readonly visitors: readonly StoppedVisitor[]
  /** How many of the bad visitors the rule stops. */
  readonly badStopped: number
  /** Absent where no exception lets a good visitor through without a bad one. */
  readonly remedy?: Remedy
}

export interface AuditReport {
  readonly good: number
  readonly bad: number
  /** Good visitors that some rule stops. */
  readonly stoppedGood: number
  readonly stoppedBad: number
  readonly findings: readonly AuditFinding[]
}

const MOST_CLAUSES = 6
const HOST = 'shop.test'

interface Stopped<V> {
  readonly visitor: V
  readonly trial: Trial
  readonly path: string
}

/** A challenge stops a program, and a browser passes it. */
const isStopped = ({ isRefused, action }: Trial, { headers }: Visitor): boolean =>
  isRefused &&
  (action === 'block' || headers['Accept-Language'] === undefined || action === 'no_zone')

const pathOf = ({ url = '/' }: TrialRequest) => new URL(url).pathname

const stoppedOf = <V extends Visitor>(
  visitors: readonly V[],
  trials: Trials,
  host: string
): Stopped<V>[] =>
  visitors.flatMap((visitor) => {
    for (const request of requestsOf(visitor, host)) {
      const trial = trials.run(request)
      if (isStopped(trial, visitor)) return [{ visitor, trial, path: pathOf(request) }]
    }
    return []
  })

/** The same rule with an exception; `undefined` where the expression would be too long, or is not its own. */
const withException = (rule: Rule, exception: string): Rule | undefined => {
  const options = optionsOf(rule.expression)
  if (options === undefined) return undefined
  const { lists, missing } = options
  try {
    const source = `(${rule.expression.source}) and not (${exception})`
    return { ...rule, expression: compile(source, { scheme: customRuleScheme, lists, missing }) }
  } catch (error) {
    if (error instanceof EdgeError) return undefined
    throw error
  }
}

const names = (stopped: readonly Stopped<Visitor>[]) =>
  new Set(stopped.map(({ visitor }) => visitor.name))

/**
 * Adds the clause that lets most good visitors through, and again, as long as no bad visitor gets in that was stopped before. Each
 * attempt judges all visitors anew, so that a rule behind this one counts too.
 */
const remedyOf = (
  rule: Rule,
  stopped: readonly Stopped<GoodVisitor>[],
  badBefore: ReadonlySet<string>,
  options: AuditOptions
): Remedy | undefined => {
  const { host = HOST, ruleset } = options
  if (!isCustom(ruleset, rule)) return undefined
  const visitors = stopped.map(({ visitor }) => visitor)
  const bad = badVisitors.filter(({ name }) => badBefore.has(name))
  const attempt = (clauses: readonly string[]) => {
    const changed = withException(rule, clauses.join(' or '))
    if (changed === undefined) return undefined
    const trials = createTrials({
      ...options,
      ruleset: replaceRules(ruleset, new Map([[rule, changed]])),
    })
    if (stoppedOf(bad, trials, host).length < bad.length) return undefined
    const still = names(stoppedOf(visitors, trials, host))
    const frees = visitors.flatMap(({ name }) => (still.has(name) ? [] : [name]))
    return { clauses, changed, frees, leaves: [...still] }
  }
  let best: ReturnType<typeof attempt>
  let left = clausesFor(visitors)
  for (let size = 1; size <= MOST_CLAUSES; size++) {
    const freed = best?.frees.length ?? 0
    const tried = left.flatMap((clause) => attempt([...(best?.clauses ?? []), clause]) ?? [])
    const better = tried
      .filter(({ frees }) => frees.length > freed)
      .sort(
        (x, y) =>
          y.frees.length - x.frees.length || x.clauses.join('').length - y.clauses.join('').length
      )[0]
    if (better === undefined) break
    best = better
    left = left.filter((clause) => !better.clauses.includes(clause))
    if (better.leaves.length === 0) break
  }
  if (best === undefined) return undefined
  return {
    exception: `and not (${best.clauses.join(' or ')})`,
    expression: best.changed.expression.source,
    frees: best.frees,
    leaves: best.leaves,
  }
}

const isCustom = ({ rules, zones }: Ruleset, rule: Rule): boolean =>
  rules.includes(rule) || zones.some(({ ruleset }) => ruleset.rules.includes(rule))

const graver = (x: Weight, y: Weight): number => WEIGHTS.indexOf(x) - WEIGHTS.indexOf(y)

/**
 * Finds the good visitors that rules stop: link previews, search engines, monitors, webhooks and others, each with the loss for the
 * site; and for each rule the smallest exception that lets them through without any of the bad visitors.
 *
 * @example audit({ ruleset }).findings[0].visitors[0].breaks // 'links to the site show no preview'
 */
export const audit = (options: AuditOptions): AuditReport => {
  const { host = HOST } = options
  const trials = createTrials(options)
  const good = stoppedOf(goodVisitors, trials, host)
  const bad = stoppedOf(badVisitors, trials, host)
  const badBefore = names(bad)
  const byRule = new Map<Rule, Stopped<GoodVisitor>[]>()
  for (const one of good) {
    const { rule } = one.trial
    if (rule === undefined) continue
    const known = byRule.get(rule)
    if (known === undefined) byRule.set(rule, [one])
    else known.push(one)
  }
  const findings = [...byRule].map(([rule, stopped]): AuditFinding => {
    const visitors = stopped
      .map(({ visitor: { name, group, weight, breaks }, path }) => ({
        name,
        group,
        weight,
        breaks,
        path,
      }))
      .sort((x, y) => graver(x.weight, y.weight))
    const remedy = remedyOf(rule, stopped, badBefore, options)
    return {
      rule,
      place: placeOf(rule),
      action: stopped[0]!.trial.action,
      code: stopped[0]!.trial.code,
      severity: visitors[0]!.weight,
      visitors,
      badStopped: bad.filter(({ trial }) => trial.rule === rule).length,
      ...(remedy === undefined ? {} : { remedy }),
    }
  })
  return {
    good: goodVisitors.length,
    bad: badVisitors.length,
    stoppedGood: good.length,
    stoppedBad: bad.length,
    findings: findings.sort(
      (x, y) => graver(x.severity, y.severity) || y.visitors.length - x.visitors.length
    ),
  }
}

/** How many good and bad visitors the rules stop. */
export const countStopped = (
  options: AuditOptions
): Pick<AuditReport, 'stoppedGood' | 'stoppedBad'> => {
  const { host = HOST } = options
  const trials = createTrials(options)
  return {
    stoppedGood: stoppedOf(goodVisitors, trials, host).length,
    stoppedBad: stoppedOf(badVisitors, trials, host).length,
  }
}
