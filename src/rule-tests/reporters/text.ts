import type { Style } from '../../paint.ts'
import { paint as paintText } from '../../paint.ts'
import type { CoverageReport, Gap } from '../coverage.ts'
import type { MutationReport } from '../mutate.ts'
import type { TestResult } from '../run.ts'
import type { Reporter } from './report.ts'
import { failed, percent } from './report.ts'

/** The most survivors or gaps to print, so that the failures stay visible. `--reporter json` has all of them. */
const MOST_LINES = 40

type Paint = (style: Style, text: string) => string

const failureText = ({ test, problems, trace }: TestResult, paint: Paint): string => {
  const { file, line } = test.place
  const name = test.name.replace(/\s+/g, ' ')
  return [
    `${paint('red', 'FAIL')} ${paint('bold', name)}  ${paint('dim', `${file}:${line}`)}`,
    ...problems.map((problem) => `  ${problem}`),
    ...trace.map((one) => `    ${paint('dim', one)}`),
    '',
  ].join('\n')
}

const GAPS: Readonly<Record<Gap['never'], string>> = {
  evaluated: 'no test reaches it',
  matched: 'no test matches it',
  'not-matched': 'every test that reaches it matches it',
  true: 'is never true',
  false: 'is never false',
}

/** Returns the missing sides of each rule below its name, at most `MOST_LINES` lines. */
const byRule = (
  missing: readonly { rule: string; place: string; text: string }[],
  paint: Paint
): string[] => {
  const lines: string[] = []
  let last = ''
  for (const { rule, place, text: line } of missing.slice(0, MOST_LINES)) {
    const head = `  ${rule}  ${paint('dim', place)}`
    if (head !== last) lines.push(head)
    last = head
    lines.push(`    ${line}`)
  }
  const more = missing.length - MOST_LINES
  return more > 0 ? [...lines, `  … and ${more} more: --reporter json has all of them`] : lines
}

const gapText = ({ clause, never }: Gap) =>
  clause === undefined ? GAPS[never] : `${clause} ${GAPS[never]}`

const coverageText = ({ sides, covered, gaps }: CoverageReport, paint: Paint): string[] => [
  ...(gaps.length === 0 ? [] : ['no test makes these true, or false:']),
  ...byRule(
    gaps.map((gap) => ({ ...gap, text: gapText(gap) })),
    paint
  ),
  `coverage: ${percent(covered, sides)} (${covered} of ${sides} sides of rules and clauses)`,
]

const mutationText = ({ mutants, killed, survivors }: MutationReport, paint: Paint): string[] => [
  ...(survivors.length === 0 ? [] : ['no test notices these changes:']),
  ...byRule(
    survivors.map(({ rule: { name }, place, change }) => ({ rule: name, place, text: change })),
    paint
  ),
  `mutation: ${percent(killed, mutants)} (the tests notice ${killed} of ${mutants} changes)`,
]

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

/** Returns a report for people: failures with their reasons, then one line of figures. */
export const text: Reporter = (report, { color }) => {
  const { results, coverage, mutation } = report
  const paint: Paint = (style, text) => paintText(color, style, text)
  const failures = failed(report)
  const passed = `${results.length - failures} passed`
  const summary = [
    paint(failures === 0 ? 'green' : 'dim', passed),
    ...(failures === 0 ? [] : [paint('red', `${failures} failed`)]),
  ]
  return [
    ...results.filter(({ ok }) => !ok).map((result) => failureText(result, paint)),
    ...(coverage === undefined ? [] : coverageText(coverage, paint)),
    ...(mutation === undefined ? [] : mutationText(mutation, paint)),
    `${summary.join(', ')} (${ms(report.ms)})`,
    '',
  ].join('\n')
}
