import type { Draft } from '../rules/draft.ts'
import type { LintRule, Subject, Written } from './subject.ts'

/** A custom rule that is in force, with its expression. */
export interface Judging {
  readonly rule: LintRule
  readonly written: Written
}

/** Custom rules in the order in which one request meets them: those of the document, then those of a zone. */
export interface Sequence {
  readonly rules: readonly Judging[]
  /** How many rules at the beginning belong to other sequences, too. */
  readonly common: number
}

/** Rules in force of one product. */
export const ofProduct = (
  rules: readonly LintRule[],
  product: NonNullable<Draft['parts']>['product']
): LintRule[] => rules.filter(({ draft }) => draft.enabled && draft.parts?.product === product)

const judging = (rules: readonly LintRule[]): Judging[] =>
  ofProduct(rules, 'custom').flatMap((rule) =>
    rule.written === undefined ? [] : [{ rule, written: rule.written }]
  )

/** The rules of the document itself: they judge the requests of all zones. */
const DOCUMENT = ''

/** What one request meets, of the document first, then of its zone. */
export interface Meeting<Met> {
  readonly met: readonly Met[]
  /** How many at the beginning belong to the document, and so to other meetings, too. */
  readonly common: number
  /** All rules that some of these requests meet: those of the document meet the rules of zones, too. */
  readonly all: readonly LintRule[]
}

/** What the requests of the document and of each zone meet. */
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
