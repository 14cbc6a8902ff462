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

const judging = (rules: readonly LintRule[]): Judging[] =>
  rules.flatMap((rule) =>
    rule.draft.enabled && rule.draft.parts?.product === 'custom' && rule.written !== undefined
      ? [{ rule, written: rule.written }]
      : []
  )

/** The rules of the document itself: they judge the requests of all zones. */
const DOCUMENT = ''

export const sequencesOf = (subject: Subject): Sequence[] => {
  const groups = new Map<string, LintRule[]>()
  for (const rule of subject.rules) {
    const known = groups.get(rule.group)
    if (known === undefined) groups.set(rule.group, [rule])
    else known.push(rule)
  }
  const common = judging(groups.get(DOCUMENT) ?? [])
  const zones = [...groups].flatMap(([group, rules]) =>
    group === DOCUMENT ? [] : [{ group, rules: judging(rules) }]
  )
  return [
    { rules: common, common: 0 },
    ...zones.map(({ group, rules }) =>
      group.startsWith('zone: ')
        ? { rules: [...common, ...rules], common: common.length }
        : { rules, common: 0 }
    ),
  ]
}
