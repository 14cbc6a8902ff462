import { otherLines } from '../replay/other-lines.ts'
import type {
  ExampleReport,
  GroupReport,
  NamedRule,
  ReplayReport,
  RulesReport,
  TopicReport,
} from '../replay/report.ts'
import { counted, number } from './counted.ts'
import type { Html } from './markup.ts'
import { markup } from './markup.ts'
import { shareBar, slotsOf, timeChart } from './replay-chart.ts'
import { REPLAY_STYLE } from './replay-page-style.ts'
import { percent } from './replay-text.ts'

const MAX_TEXT_CHARS = 300

const html = (text: string): Html => ({ html: text })
const cut = (text: string) =>
  text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text

interface Row {
  readonly label: Html
  readonly count: number
}

/** Returns a table of counts, each with a bar for its share. */
const countTable = (caption: string, rows: readonly Row[], all: number, head: string): string =>
  markup`<table><caption>${caption}</caption>
<thead><tr><th scope="col">${head}</th><th scope="col" class="n">requests</th><th scope="col" class="n">share</th></tr></thead>
<tbody>
${rows.map(({ label, count }) =>
  html(
    markup`<tr><th scope="row">${label}${html(shareBar(all === 0 ? 0 : count / all))}</th><td class="n">${number(count)}</td><td class="n">${percent(count, all)}</td></tr>\n`
  )
)}</tbody></table>
`

const ruleLabel = (rule: NamedRule | undefined): Html =>
  rule === undefined
    ? html('no zone has the host')
    : html(
        markup`${cut(rule.name)} <small>${rule.action}, ${rule.line > 0 ? `${rule.file}:${rule.line}` : rule.file}</small>`
      )

const TITLES = {
  countries: ['Countries', 'country', 'countries'],
  networks: ['Networks', 'network', 'networks'],
  addresses: ['Addresses', 'address', 'addresses'],
  paths: ['Paths', 'path', 'paths'],
  agents: ['User agents', 'user agent', 'user agents'],
} as const

const topicTable = (
  topic: keyof typeof TITLES,
  { entries, different, isExact }: TopicReport,
  all: number
): string => {
  const [title, one, more] = TITLES[topic]
  const total = `${isExact ? '' : 'more than '}${counted(different, one, more)}`
  const rows = entries.map(({ value, count }) => ({
    label: value === '' ? html('<i>none</i>') : html(markup`${cut(value)}`),
    count,
  }))
  return countTable(`${title}: ${total}`, rows, all, one)
}

const outcomeText = (outcome: string, rule: string | undefined) =>
  rule === undefined ? outcome : `${outcome} by ${cut(rule)}`

const exampleItem = (example: ExampleReport): Html => {
  const { log, line, time, address, country, network, method, host, target, agent } = example
  const { status, outcome, rule, before } = example
  return html(markup`<li>
<p><b>${method}</b> <code>${host}${cut(target)}</code></p>
<p>${agent === '' ? html('<i>no user agent</i>') : cut(agent)}</p>
<p class="soft">${address}, ${country}, ${network}${time === undefined ? '' : `, ${time}`}, ${log}:${line}${status === undefined ? '' : `, ${status} in the log`}</p>
<p class="soft">${outcomeText(outcome, rule)}${before === undefined ? '' : `; before: ${outcomeText(before.outcome, before.rule)}`}</p>
</li>
`)
}

const groupSection = (id: string, title: string, group: GroupReport, top: number): string => {
  if (group.count === 0) return ''
  const { count, rules, top: topics, examples } = group
  const rows = rules
    .slice(0, top)
    .map(({ rule, count: n }) => ({ label: ruleLabel(rule), count: n }))
  const more = rules.length - rows.length
  return markup`<section id="${id}">
<h2>${title}: ${counted(count, 'request')}</h2>
${html(countTable(`Rules${more > 0 ? `, without ${more} more` : ''}`, rows, count, 'rule'))}
<div class="grid">
${(Object.keys(TITLES) as (keyof typeof TITLES)[]).map((topic) => html(topicTable(topic, topics[topic], count)))}</div>
<details><summary>${counted(examples.length, 'example')}</summary>
<ol class="examples">
${examples.map(exampleItem)}</ol></details>
</section>
`
}

const tile = (label: string, count: number, all: number, kind = ''): Html =>
  html(
    markup`<div class="tile ${count > 0 ? kind : ''}"><dt>${label}</dt><dd>${number(count)}</dd><dd class="soft">${percent(count, all)}</dd></div>\n`
  )

const tiles = ({ requests, outcomes, difference }: ReplayReport): string =>
  markup`<dl class="tiles">
<div class="tile"><dt>requests</dt><dd>${number(requests)}</dd><dd class="soft">judged</dd></div>
${[
  tile('pass', outcomes.pass, requests),
  tile('challenged', outcomes.challenge, requests, 'mild'),
  tile('blocked', outcomes.block, requests, 'hard'),
  ...(difference === undefined
    ? []
    : [
        tile('newly blocked', difference.newly_blocked.count, requests, 'hard'),
        tile('newly challenged', difference.newly_challenged.count, requests, 'mild'),
        tile('let through', difference.newly_passed.count, requests, 'open'),
        tile('another rule', difference.other_answer.count, requests),
      ]),
]}</dl>
`

const charts = ({ timeline, difference }: ReplayReport): string => {
  const slots = slotsOf(timeline)
  const shown = [
    timeChart('Requests', 'requests', slots),
    timeChart('Blocked or challenged', 'refused', slots),
    ...(difference === undefined
      ? []
      : [
          timeChart('Newly blocked or challenged', 'newlyRefused', slots),
          timeChart('Newly let through', 'newlyPassed', slots),
        ]),
  ].join('')
  return shown === '' ? '' : `<section><h2>Over time</h2>\n${shown}</section>\n`
}

const unjudgedSection = ({ unjudged }: RulesReport, of: string): string => {
  if (unjudged.length === 0) return ''
  const what = (missing: RulesReport['unjudged'][number]['missing']) =>
    [...new Set(missing.map((one) => one.what))].join(', ')
  const fields = (missing: RulesReport['unjudged'][number]['missing']) =>
    [...new Set(missing.map(({ field }) => field))].join(', ')
  return markup`<section>
<h2>Can’t be judged from this log${of}: ${counted(unjudged.length, 'rule')}</h2>
<p>These rules were left out. A rule that would have let a request past others lets none past here.</p>
<table><thead><tr><th scope="col">rule</th><th scope="col">reads</th><th scope="col">the log lacks</th></tr></thead><tbody>
${unjudged.map(({ rule, missing }) =>
  html(
    markup`<tr><th scope="row">${ruleLabel(rule)}</th><td><code>${fields(missing)}</code></td><td>${what(missing)}</td></tr>\n`
  )
)}</tbody></table>
</section>
`
}

const statusSection = ({ statuses }: ReplayReport): string =>
  statuses.length === 0
    ? ''
    : markup`<section>
<h2>What the server answered</h2>
<table><thead><tr><th scope="col">status in the log</th><th scope="col" class="n">pass</th><th scope="col" class="n">challenged</th><th scope="col" class="n">blocked</th></tr></thead><tbody>
${statuses.map(({ status, pass, challenge, block }) =>
  html(
    markup`<tr><th scope="row">${status}</th><td class="n">${number(pass)}</td><td class="n">${number(challenge)}</td><td class="n">${number(block)}</td></tr>\n`
  )
)}</tbody></table>
</section>
`

const silentSection = ({ matched, silent, counting }: RulesReport): string => {
  const logged = matched.filter((rule) => rule.matched > rule.decided)
  if (logged.length + silent.length + counting.length === 0) return ''
  const rows = logged.map((rule) => ({
    label: ruleLabel(rule),
    count: rule.matched - rule.decided,
  }))
  const all = rows.reduce((sum, { count }) => Math.max(sum, count), 0)
  return markup`<section>
<h2>Other rules</h2>
${counting.length === 0 ? '' : html(markup`<p>${counted(counting.length, 'rate limiting rule')} counted on the log’s own time: ${counting.map(({ name }) => name).join(', ')}</p>`)}
${logged.length === 0 ? '' : html(countTable('Matched without refusing: log, skip, allow', rows, all, 'rule'))}
${silent.length === 0 ? '' : html(markup`<details><summary>${counted(silent.length, 'rule')} matched nothing</summary><ul>${silent.map((rule) => html(markup`<li>${ruleLabel(rule)}</li>`))}</ul></details>`)}
</section>
`
}

const skippedSection = (report: ReplayReport): string => {
  const { broken } = report
  const rows = otherLines(report)
  if (rows.length === 0) return ''
  return markup`<section>
<h2>Lines of another kind</h2>
<ul>${rows.map(([count, text]) => html(markup`<li>${number(count)} ${text}</li>`))}</ul>
${
  broken.length === 0
    ? ''
    : html(markup`<details><summary>${counted(broken.length, 'broken line')}</summary><ol class="examples">
${broken.map(({ log, line, reason, text }) => html(markup`<li><p class="soft">${log}:${line}: ${reason}</p><p><code>${cut(text)}</code></p></li>\n`))}</ol></details>`)
}
</section>
`
}

const rulesLine = ({ files, enabled }: RulesReport) =>
  `${counted(enabled, 'rule')} of ${files.join(', ')}`

const head = ({ logs, rules, against, from, to, requests }: ReplayReport): string =>
  markup`<header>
<h1>${counted(requests, 'request')}, judged by ${counted(rules.enabled, 'rule')}</h1>
<dl class="facts">
${logs.map(({ name, format, packing, lines, note, problem }) =>
  html(
    markup`<div><dt>log</dt><dd>${name}: ${counted(lines, 'line')}, ${[format, packing, note].filter((text) => text !== undefined).join(', ')}${problem === undefined ? '' : html(markup` <strong>${problem}</strong>`)}</dd></div>\n`
  )
)}${from === undefined ? '' : html(markup`<div><dt>time</dt><dd>${from} to ${to ?? ''}</dd></div>\n`)}<div><dt>rules</dt><dd>${rulesLine(rules)}</dd></div>
${against === undefined ? '' : html(markup`<div><dt>against</dt><dd>${rulesLine(against)}</dd></div>\n`)}</dl>
</header>
`

/**
 * Returns the report as one HTML file without scripts or external resources. All text of the log is escaped.
 *
 * @param top maximum number of rules in each table
 */
export const replayPage = (report: ReplayReport, top: number): string => {
  const { refused, difference, rules, against } = report
  const groups =
    difference === undefined
      ? groupSection('refused', 'Blocked or challenged', refused, top)
      : [
          groupSection('newly-blocked', 'Newly blocked', difference.newly_blocked, top),
          groupSection('newly-challenged', 'Newly challenged', difference.newly_challenged, top),
          groupSection('newly-passed', 'Newly let through', difference.newly_passed, top),
          groupSection('other-answer', 'Refused by another rule', difference.other_answer, top),
          groupSection('refused', 'All that is blocked or challenged', refused, top),
        ].join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>edge1020 replay</title>
<style>${REPLAY_STYLE}</style>
</head>
<body>
<main>
${head(report)}${tiles(report)}${charts(report)}${groups}${statusSection(report)}${unjudgedSection(rules, '')}${against === undefined ? '' : unjudgedSection(against, ' (--against)')}${silentSection(rules)}${skippedSection(report)}</main>
</body>
</html>
`
}
