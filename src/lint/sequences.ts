import type { Draft } from '../rules/draft.ts'
import type { LintRule, Subject, Written } from './subject.ts'

/** An enabled custom rule with its expression. */
export interface Judging {
  readonly rule: LintRule
  readonly written: Written
}

/**
 * Custom rules in the order in which one request meets them: first the document's, then a zone's.
 */
export interface Sequence {
  readonly rules: readonly Judging[]
  /** The number of leading rules that also belong to other sequences. */
  readonly common: number
}

/** Returns the enabled rules of one product. */
export const ofProduct = (
  rules: readonly LintRule[],
  product: NonNullable<Draft['parts']>['product']
): LintRule[] => rules.filter(({ draft }) => draft.enabled && draft.parts?.product === product)

const judging = (rules: readonly LintRule[]): Judging[] =>
  ofProduct(rules, 'custom').flatMap((rule) =>
    rule.written === undefined ? [] : [{ rule, written: rule.written }]
  )

/** The group of the document's own rules, which judge the requests of all zones. */
const DOCUMENT = ''

/** Everything that one request meets: first the document's, then its zone's. */
export interface Meeting<Met> {
  readonly met: readonly Met[]
  /**
   * The number of leading items that belong to the document, and therefore also to other meetings.
   */
  readonly common: number
  /**
   * All rules that some of these requests meet. Requests of the document also meet the rules of zones.
   */
  readonly all: readonly LintRule[]
}

/** Returns what the requests of the document and of each zone meet. */
export const meetingsOf = <Met>(
  subject: Subject,
  pick: (rules: readonly LintRule[]) => readonly Met[]
): Meeting<Met>[] => {
  const groups = new Map<string, LintRule[]>()
  for (const rule of subject.rules) {
    const known = groups.get(rule.group)
    if (known === undefined) groups.set(rule.group, [rule])
    else known.push(rule)
  }
  const common = pick(groups.get(DOCUMENT) ?? [])
  const zones = [...groups].flatMap(([group, rules]) =>
    group === DOCUMENT ? [] : [{ group, met: pick(rules) }]
  )
  return [
    { met: common, common: 0, all: subject.rules },
    ...zones.map(({ group, met }) => {
      const isZone = group.startsWith('zone: ')
      const own = groups.get(group) ?? []
      return {
        met: isZone ? [...common, ...met] : met,
        common: isZone ? common.length : 0,
        all: isZone ? [...(groups.get(DOCUMENT) ?? []), ...own] : own,
      }
    }),
  ]
}

export const sequencesOf = (subject: Subject): Sequence[] =>
  meetingsOf(subject, judging).map(({ met, common }) => ({ rules: met, common }))
