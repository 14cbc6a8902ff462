import { EdgeError } from '../../error.ts'
import type { Rule } from '../../rules/rule.ts'
import type { VerdictAction } from '../../verdict.ts'
import type { Trial, TrialRequest, Trials } from '../trial.ts'
import type { Atom } from './atoms.ts'
import { atomsOf } from './atoms.ts'
import type { Attribute, AttributeValue } from './attribute.ts'
import { attributesOf } from './attributes.ts'
import type { ExplicitRequest } from './explicit.ts'
import { explicitRequest, trialRequest } from './explicit.ts'

/** One attribute with another value. */
export interface Change {
  /** `country`, `asn`, `ip`, `user_agent`, `path`, `query`, `method`, `header:accept`, `challenge`, or a field of the Rules language. */
  readonly attribute: string
  readonly from: AttributeValue
  /** A value that flips the verdict, together with the set's other changes. */
  readonly to: AttributeValue
  /**
   * Every value that flips the verdict, if these are all. Absent, like `except`, if rules use other comparisons than
   * equality: `to` is then one of many.
   */
  readonly values?: readonly AttributeValue[]
  /** The named values that do not flip it, if every other value does. */
  readonly except?: readonly AttributeValue[]
}

/** A minimal set of changes that flips the verdict. */
export interface Flip {
  readonly changes: readonly Change[]
  /** The verdict after the change. */
  readonly action: VerdictAction
  readonly rule?: string
}

export interface Flips {
  /** The smallest sets first. */
  readonly flips: readonly Flip[]
  /** Attributes in no set: no value of theirs changes the verdict, unless more attributes change. */
  readonly irrelevant: readonly string[]
  /** False if the search ended at `maxTrials`. */
  readonly isComplete: boolean
  readonly trials: number
}

export interface FlipOptions {
  /** Defines a flip. Default: refused becomes passed, or passed becomes refused. */
  goal?: ((trial: Trial) => boolean) | undefined
  /** The maximum number of attributes that change at once. Default 3. */
  maxChanges?: number | undefined
  /** Limit on the work. Default 5,000. */
  maxTrials?: number | undefined
  /** The maximum number of examined rules; those that matched come first. Default 1,000. */
  maxRules?: number | undefined
}

const DEFAULT_CHANGES = 3
const DEFAULT_TRIALS = 5_000
const DEFAULT_RULES = 1_000
/** Rules times values of one attribute. */
const MAX_SIGNATURES = 10_000
const MIN_VALUES = 8
/** Beyond it, IP Access rules are looked up instead of read one by one. */
const MAX_ACCESS_RULES = 200
const MAX_VALUES = 20
/** The inputs of bot detection. */
const BOT_INPUTS = new Set(['asn', 'ip', 'user_agent', 'cf.bot_management.ja4'])
const BOT_FIELD = /^cf\.(?:client\.bot|verified_bot|bot_management\.(?:score|verified_bot))/

/** Values of one attribute that no rule can tell apart. */
interface ValueClass {
  readonly values: readonly AttributeValue[]
  readonly hasUnnamed: boolean
}

interface Varied {
  readonly attribute: Attribute
  /** Its named values, as text. */
  readonly named: ReadonlySet<string>
  /** Without the class of the request's own value. */
  readonly classes: readonly ValueClass[]
}

/** The enabled rules that can decide whether a request is refused. */
const rulesOf = ({ zone, matches }: Trial): Rule[] => {
  const { access, lockdowns, agents, rules } = zone.ruleset
  const bounded =
    access.length <= MAX_ACCESS_RULES
      ? access
      : access.filter((rule) => matches.some((match) => match.rule === rule))
  const enabled = [...bounded, ...lockdowns, ...agents, ...rules].filter((rule) => rule.enabled)
  const matched = new Set(matches.map(({ rule }) => rule))
  return [
    ...enabled.filter((rule) => matched.has(rule)),
    ...enabled.filter((rule) => !matched.has(rule)),
  ]
}

const reads = (rule: Rule, { name, fields }: Attribute): boolean =>
  rule.expression.fields.some(
    (field) =>
      fields.includes(field) ||
      (BOT_FIELD.test(field) && (BOT_INPUTS.has(name) || name.startsWith('header:')))
  )

const expressionsOf = (rule: Rule) =>
  'locked' in rule
    ? [rule.expression, (rule as unknown as { locked: Rule['expression'] }).locked]
    : [rule.expression]

/** The results of the rules for a value. Two values with the same signature lead to the same verdict, whatever else changes. */
const signatureOf = (rules: readonly Rule[], { context }: Trial): string =>
  rules
    .flatMap(expressionsOf)
    .map((expression) =>
      expression
        .trace(context)
        .map(({ result }) =>
          typeof result === 'boolean'
            ? Number(result)
            : Array.isArray(result) && result.every((one) => typeof one === 'boolean')
              ? `[${result.map(Number).join('')}]`
              : ''
        )
        .join('')
    )
    .join(' ')

/**
 * Finds the attributes that decide a request's verdict: the smallest sets whose change flips it, and the new values. The
 * values come from the expressions of the rules: those that they name, and some that they do not. Each flip was tried.
 *
 * @throws EdgeError as `trials.run` does
 * @example flipsOf(trials, { url: 'https://shop.test/', from: { as: 'curl-hetzner' } }).flips[0].changes[0].attribute //
 * 'asn'
 */
export const flipsOf = (
  trials: Trials,
  request: TrialRequest,
  {
    goal,
    maxChanges = DEFAULT_CHANGES,
    maxTrials = DEFAULT_TRIALS,
    maxRules = DEFAULT_RULES,
  }: FlipOptions = {}
): Flips => {
  const base = trials.run(request)
  const explicit = explicitRequest(base, request)
  const isGoal = goal ?? ((trial: Trial) => trial.isRefused !== base.isRefused)
  let tried = 0
  let isComplete = true
  const run = (changed: ExplicitRequest): Trial => {
    tried++
    return trials.run(trialRequest(changed))
  }
  /** A rule can name a value that no request can have. */
  const attempt = (changed: ExplicitRequest): Trial | undefined => {
    try {
      return run(changed)
    } catch (error) {
      if (error instanceof EdgeError) return undefined
      throw error
    }
  }
  const all = rulesOf(base)
  const rules = all.slice(0, maxRules)
  if (rules.length < all.length) isComplete = false
  const atoms: Atom[] = rules.flatMap((rule) => expressionsOf(rule).flatMap(atomsOf))
  const own = run(explicit)

  const vary = (attribute: Attribute): Varied => {
    const asking = rules.filter((rule) => reads(rule, attribute))
    // An attribute that no rule reads makes no difference; a passed challenge is not a field.
    const named = namedOf(attribute, atoms)
    if (asking.length === 0 && attribute.name !== 'challenge') {
      return { attribute, named, classes: [] }
    }
    const signature = (trial: Trial) =>
      attribute.name === 'challenge' ? '' : signatureOf(asking, trial)
    const ownSignature = attribute.name === 'challenge' ? 'own' : signature(own)
    const classes = new Map<string, { values: AttributeValue[]; hasUnnamed: boolean }>()
    const most = Math.max(MIN_VALUES, Math.floor(MAX_SIGNATURES / Math.max(1, asking.length)))
    if (attribute.candidates.length > most) isComplete = false
    for (const value of attribute.candidates.slice(0, most)) {
      if (value === attribute.value) continue
      const trial = attempt(attribute.with(explicit, value))
      if (trial === undefined) continue
      const key = signature(trial)
      if (key === ownSignature) continue
      const found = classes.get(key) ?? { values: [], hasUnnamed: false }
      found.values.push(value)
      found.hasUnnamed ||= !named.has(String(value))
      classes.set(key, found)
    }
    return { attribute, named, classes: [...classes.values()] }
  }
  const attributes = attributesOf(atoms, explicit, own)
  const varied = attributes.map(vary).filter(({ classes }) => classes.length > 0)

  const flips: Flip[] = []
  const minimal: ReadonlySet<number>[] = []
  const budget = tried + maxTrials

  /** Tries all values of a set of attributes. All values that flip are one flip, with the first values. */
  const trySet = (set: readonly number[]): void => {
    const found: { classes: ValueClass[]; trial: Trial }[] = []
    const choose = (place: number, changed: ExplicitRequest, chosen: ValueClass[]): void => {
      if (place === set.length) {
        if (tried >= budget) {
          isComplete = false
          return
        }
        const trial = run(changed)
        if (isGoal(trial)) found.push({ classes: chosen, trial })
        return
      }
      const { attribute, classes } = varied[set[place]!]!
      for (const one of classes) {
        choose(place + 1, attribute.with(changed, one.values[0]!), [...chosen, one])
      }
    }
    choose(0, explicit, [])
    const [first] = found
    if (first === undefined) return
    minimal.push(new Set(set))
    const { action, rule } = first.trial
    flips.push({
      changes: set.map((index, place) => changeOf(varied[index]!, first.classes, found, place)),
      action,
      ...(rule === undefined ? {} : { rule: rule.name }),
    })
  }

  const choose = (size: number, from: number, set: readonly number[]): void => {
    if (set.length === size) {
      if (minimal.some((smaller) => [...smaller].every((index) => set.includes(index)))) return
      trySet(set)
      return
    }
    for (let i = from; i < varied.length; i++) choose(size, i + 1, [...set, i])
  }
  for (let size = 1; size <= Math.min(maxChanges, varied.length); size++) choose(size, 0, [])

  const relevant = new Set(flips.flatMap(({ changes }) => changes.map((one) => one.attribute)))
  return {
    flips,
    irrelevant: attributes.map(({ name }) => name).filter((name) => !relevant.has(name)),
    isComplete,
    trials: tried,
  }
}

/** The values of an attribute that the rules name, as text. */
const namedOf = ({ fields }: Attribute, atoms: readonly Atom[]): ReadonlySet<string> =>
  new Set(
    atoms
      .filter(({ field }) => fields.includes(field))
      .flatMap(({ values }) => values.map((value) => value.toString()))
  )

/** The values of one attribute that flip the verdict together with the first values of the others. */
const changeOf = (
  { attribute, named }: Varied,
  first: readonly ValueClass[],
  found: readonly { readonly classes: readonly ValueClass[] }[],
  place: number
): Change => {
  const flipping = found
    .filter(({ classes }) => classes.every((one, i) => i === place || one === first[i]))
    .map(({ classes }) => classes[place]!)
  const values = flipping.flatMap((one) => one.values)
  const except = () =>
    attribute.candidates.filter((one) => named.has(String(one)) && !values.includes(one))
  return {
    attribute: attribute.name,
    from: attribute.value,
    to: values[0] ?? null,
    ...(!attribute.isExact
      ? {}
      : flipping.some(({ hasUnnamed }) => hasUnnamed)
        ? { except: except().slice(0, MAX_VALUES) }
        : { values: values.slice(0, MAX_VALUES) }),
  }
}
