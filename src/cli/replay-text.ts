import { paint } from '../paint.ts'
import { otherLines } from '../replay/other-lines.ts'
import type {
  ExampleReport,
  GroupReport,
  NamedRule,
  ReplayReport,
  RuleReport,
  RulesReport,
  TopicReport,
} from '../replay/report.ts'
import { counted, number } from './counted.ts'
import { printable, table } from './printable.ts'

const MAX_AGENT_CHARS = 70
const MAX_PATH_CHARS = 60
const MAX_NAME_CHARS = 50
const MANY_RULES = 8

/** Formats a share as `0.12%`. Only an exact zero is `0%`, and only an exact whole is `100%`. */
export const percent = (part: number, all: number): string => {
  if (all === 0 || part === 0) return '0%'
  const share = (part / all) * 100
  if (share < 0.01) return '<0.01%'
  if (part < all && share > 99.99) return '>99.99%'
  return `${Number(share.toFixed(share < 1 ? 2 : 1))}%`
}

const heading = (color: boolean, text: string) => `\n${paint(color, 'bold', text)}\n`
const indented = (rows: readonly (readonly string[])[]) =>
  table(rows.map((row) => [`  ${row[0] ?? ''}`, ...row.slice(1)]))
const right = (texts: readonly string[]): string[] => {
  const width = Math.max(0, ...texts.map((text) => text.length))
  return texts.map((text) => text.padStart(width))
}

const placeOf = ({ file, line }: NamedRule) => (line > 0 ? `${file}:${line}` : file)

const ruleName = (rule: NamedRule | undefined) =>
  rule === undefined ? '(no zone has the host)' : printable(rule.name, MAX_NAME_CHARS)

const groupRules = ({ rules, count: all }: GroupReport, top: number): string => {
  const shown = rules.slice(0, top)
  const counts = right(shown.map(({ count }) => number(count)))
  const more = rules.length - shown.length
  return (
    indented(
      shown.map(({ rule, count }, i) => [
        counts[i]!,
        percent(count, all).padStart(6),
        rule?.action ?? 'block',
        ruleName(rule),
        rule === undefined ? '' : printable(placeOf(rule)),
      ])
    ) + (more > 0 ? `  and ${counted(more, 'more rule')}\n` : '')
  )
}

const TITLES = {
  countries: ['country', 'countries'],
  networks: ['network', 'networks'],
  agents: ['user agent', 'user agents'],
  paths: ['path', 'paths'],
  addresses: ['address', 'addresses'],
} as const

const MAX_CHARS: Partial<Record<keyof typeof TITLES, number>> = {
  agents: MAX_AGENT_CHARS,
  paths: MAX_PATH_CHARS,
}

const topicText = (
  color: boolean,
  topic: keyof typeof TITLES,
  { entries, different, isExact }: TopicReport,
  all: number
): string => {
  if (entries.length === 0) return ''
  const counts = right(entries.map(({ count }) => number(count)))
  const rows = entries.map(({ value, count }, i) => [
    counts[i]!,
    percent(count, all).padStart(6),
    value === '' ? '(none)' : printable(value, MAX_CHARS[topic] ?? MAX_AGENT_CHARS),
  ])
  const [one, many] = TITLES[topic]
  const total = `${isExact ? '' : 'more than '}${counted(different, one, many)}`
  return heading(color, total) + indented(rows)
}

const exampleText = (example: ExampleReport): string => {
  const { log, line, address, country, method, target, agent, status, outcome, rule } = example
  const { before } = example
  const was =
    before === undefined
      ? ''
      : `; before: ${before.outcome}${before.rule === undefined ? '' : ` by ${printable(before.rule, MAX_NAME_CHARS)}`}`
  const by = rule === undefined ? outcome : `${outcome} by ${printable(rule, MAX_NAME_CHARS)}`
  return [
    `  ${printable(log)}:${line}  ${printable(address)} (${printable(country)})  ${printable(method, 20)} ${printable(target, MAX_PATH_CHARS)}${status === undefined ? '' : `  ${status} in the log`}`,
    `    ${agent === '' ? '(no user agent)' : printable(agent, MAX_AGENT_CHARS)}`,
    `    ${by}${was}`,
    '',
  ].join('\n')
}

const groupText = (
  color: boolean,
  title: string,
  group: GroupReport,
  { top, isWhole }: { top: number; isWhole: boolean }
): string => {
  if (group.count === 0) return ''
  const topics = (Object.keys(TITLES) as (keyof typeof TITLES)[])
    .map((topic) => topicText(color, topic, group.top[topic], group.count))
    .join('')
  const examples = group.examples.slice(0, isWhole ? top : Math.min(top, 5))
  return [
    heading(color, title),
    groupRules(group, top),
    topics,
    heading(color, 'examples'),
    ...examples.map(exampleText),
  ].join('')
}

const unjudgedText = (color: boolean, { unjudged }: RulesReport, name: string): string => {
  if (unjudged.length === 0) return ''
  const many = counted(unjudged.length, 'rule')
  const what = (missing: RulesReport['unjudged'][number]['missing']) =>
    [...new Set(missing.map((one) => one.what))].join(', ')
  const fields = (missing: RulesReport['unjudged'][number]['missing']) =>
    [...new Set(missing.map((one) => one.field))].join(', ')
  return (
    heading(color, `can't be judged from this log: ${many}${name}`) +
    indented(
      unjudged.map(({ rule, missing }) => [
        ruleName(rule),
        `reads ${printable(fields(missing))}`,
        `the log lacks ${printable(what(missing))}`,
      ])
    ) +
    hintText(unjudged)
  )
}

const loggedText = (color: boolean, { matched }: RulesReport): string => {
  const logged = matched.filter((rule: RuleReport) => rule.matched > rule.decided)
  if (logged.length === 0) return ''
  const counts = right(logged.map(({ matched: n, decided }) => number(n - decided)))
  return (
    heading(color, 'matched without refusing (log, skip, allow)') +
    indented(logged.map((rule, i) => [counts[i]!, rule.action, ruleName(rule)]))
  )
}

const countingText = (color: boolean, { counting }: RulesReport): string => {
  if (counting.length === 0) return ''
  const names = counting.slice(0, MANY_RULES).map((rule) => printable(rule.name, MAX_NAME_CHARS))
  const more = counting.length - names.length
  return `${heading(color, `counted on the log's own time: ${counted(counting.length, 'rate limiting rule')}`)}  ${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}\n`
}

/** The flags that supply data missing from the log. */
const HINTS = [
  ['the header host', '--host NAME'],
  ['http or https', '--scheme https'],
  ['the client’s address', '--ip IP'],
] as const

const hintText = (unjudged: RulesReport['unjudged']): string => {
  const lacking = new Set(unjudged.flatMap(({ missing }) => missing.map(({ what }) => what)))
  const flags = HINTS.filter(([what]) => lacking.has(what)).map(([, flag]) => flag)
  return flags.length === 0 ? '' : `  ${flags.join(', ')} can say it for all lines\n`
}

const silentText = (color: boolean, { silent }: RulesReport): string => {
  if (silent.length === 0) return ''
  const names = silent.slice(0, MANY_RULES).map((rule) => printable(rule.name, MAX_NAME_CHARS))
  const more = silent.length - names.length
  const rest = more > 0 ? `, and ${more} more` : ''
  return `${heading(color, `matched nothing: ${counted(silent.length, 'rule')}`)}  ${names.join(', ')}${rest}\n`
}

/** Compares the statuses in the log with the verdicts of the rules. The 403s have their own line. */
const statusText = (color: boolean, { statuses, refused, requests }: ReplayReport): string => {
  if (statuses.length === 0 || requests === 0) return ''
  const forbidden = statuses.find(({ status }) => status === 403)
  const classes = new Map<string, number>()
  for (const { status, challenge, block } of statuses) {
    const name = status === 403 ? '403' : `${Math.floor(status / 100)}xx`
    const held = challenge + block
    if (held > 0) classes.set(name, (classes.get(name) ?? 0) + held)
  }
  const rows = [...classes].map(([name, count]) => [
    number(count),
    percent(count, refused.count).padStart(6),
    `were answered ${name}`,
  ])
  const counts = right(rows.map(([count]) => count!))
  const was403 =
    forbidden === undefined
      ? ''
      : `  403 in the log: ${number(forbidden.pass + forbidden.challenge + forbidden.block)}, of which ${number(forbidden.pass)} pass these rules\n`
  if (rows.length === 0) return was403 === '' ? '' : heading(color, 'in the log') + was403
  return (
    heading(color, 'refused now, in the log') +
    indented(rows.map(([, ...rest], i) => [counts[i]!, ...rest])) +
    was403
  )
}

const skippedText = (color: boolean, report: ReplayReport): string => {
  const { broken } = report
  const rows = otherLines(report)
  if (rows.length === 0) return ''
  const counts = right(rows.map(([count]) => number(count)))
  const examples = broken.map(
    ({ log, line, reason, text }) =>
      `  ${printable(log)}:${line}: ${printable(reason)}\n    ${printable(text, 100)}\n`
  )
  return (
    heading(color, 'lines of another kind') +
    indented(rows.map(([, text], i) => [counts[i]!, text])) +
    examples.join('')
  )
}

const shareText = (
  label: string,
  count: number,
  all: number,
  color: boolean,
  style?: 'red' | 'yellow'
) => [
  label,
  number(count).padStart(12),
  paint(color && style !== undefined && count > 0, style ?? 'dim', percent(count, all)),
]

const seconds = (ms: number) =>
  ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`

const rulesText = ({ files, enabled }: RulesReport) =>
  `${counted(enabled, 'rule')} of ${printable(files.join(', '))}`

/** Formats the report as text. All text of the log is safe for a terminal. */
export const replayText = (
  report: ReplayReport,
  { color, top }: { color: boolean; top: number }
): string => {
  const { logs, rules, against, from, to, requests, outcomes, outcomesBefore, refused } = report
  const { difference } = report
  const heads = [
    ...logs.map(({ name, format, packing, note, lines, problem }) => [
      'log',
      [
        `${printable(name)}: ${counted(lines, 'line')}, ${printable(format)}`,
        ...(packing === undefined ? [] : [packing]),
        ...(note === undefined ? [] : [printable(note)]),
        ...(problem === undefined ? [] : [paint(color, 'red', printable(problem))]),
      ].join(', '),
    ]),
    ...(from === undefined ? [] : [['time', `${from} to ${to}`]]),
    ['rules', rulesText(rules)],
    ...(against === undefined ? [] : [['against', rulesText(against)]]),
    [
      'speed',
      `${number(report.linesPerSecond)} lines a second, ${seconds(report.elapsedMs)}, ${counted(report.threads, 'thread')}`,
    ],
  ]
  const totals = [
    ['requests', number(requests).padStart(12), ''],
    shareText('pass', outcomes.pass, requests, color),
    shareText('challenged', outcomes.challenge, requests, color, 'yellow'),
    shareText('blocked', outcomes.block, requests, color, 'red'),
  ]
  const before =
    outcomesBefore === undefined
      ? []
      : [
          shareText('blocked before', outcomesBefore.block, requests, color),
          shareText('challenged before', outcomesBefore.challenge, requests, color),
        ]
  const changes =
    difference === undefined
      ? []
      : [
          shareText('newly blocked', difference.newly_blocked.count, requests, color, 'red'),
          shareText(
            'newly challenged',
            difference.newly_challenged.count,
            requests,
            color,
            'yellow'
          ),
          shareText('newly let through', difference.newly_passed.count, requests, color, 'yellow'),
          shareText('another rule', difference.other_answer.count, requests, color),
        ]
  const groups =
    difference === undefined
      ? groupText(color, 'refused, by rule', refused, { top, isWhole: true })
      : [
          groupText(color, 'newly blocked, by rule', difference.newly_blocked, {
            top,
            isWhole: false,
          }),
          groupText(color, 'newly challenged, by rule', difference.newly_challenged, {
            top,
            isWhole: false,
          }),
          groupText(
            color,
            'newly let through, by the rule that held them up',
            difference.newly_passed,
            { top, isWhole: false }
          ),
          groupText(color, 'refused by another rule', difference.other_answer, {
            top,
            isWhole: false,
          }),
        ].join('')
  return [
    table(heads),
    '\n',
    table([...totals, ...before, ...changes]),
    groups,
    statusText(color, report),
    loggedText(color, rules),
    countingText(color, rules),
    silentText(color, rules),
    unjudgedText(color, rules, ''),
    against === undefined ? '' : unjudgedText(color, against, ' of --against'),
    skippedText(color, report),
  ].join('')
}
