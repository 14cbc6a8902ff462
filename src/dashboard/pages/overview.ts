import type { RouteRequest } from '../../admin/request.ts'
import { eventTable } from '../event-rows.ts'
import { spanPicker } from '../filters.ts'
import { count, share, span } from '../format.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html, type Part } from '../html.ts'
import { icon } from '../icons.ts'
import { givenBy, hrefOf, readLook } from '../look.ts'
import { askTops, topList } from '../tops.ts'
import { DATA_ROLES } from '../words.ts'
import { BUDGET_MS, lookChart, noList, seriesOf } from './events.ts'

const PATH = '/'
const NEWEST = 8
const TOP_NAMES = ['rule', 'country', 'network', 'userAgent', 'path', 'ip'] as const
const MS_PER_SECOND = 1_000

const tile = (label: string, value: Part, note: Part): Html =>
  html`<div class="tile"><dt>${label}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`

/** One dependency of the edge: its state, and the next step if there is a problem. */
interface State {
  readonly name: string
  readonly isWell: boolean
  readonly said: Part
  readonly todo?: Part
}

const storeState = ({ edge }: House): State => {
  const { store } = edge
  if (store.discards === true) {
    return {
      name: 'Events',
      isWell: false,
      said: 'No events are kept',
      todo: 'Start the edge without --store none to look Ray IDs up.',
    }
  }
  const state = store.state?.()
  const gaps = state?.gaps.length ?? 0
  if (state?.trouble !== undefined) {
    return {
      name: 'Events',
      isWell: false,
      said: state.trouble.message,
      todo: `${count(state.waiting)} events wait in memory. ${store.name.startsWith('postgres ') ? 'Start the database server, or repair the connection to it' : 'Make room on the disk, or correct its permissions'}: the edge goes on by itself.`,
    }
  }
  return {
    name: 'Events',
    isWell: gaps === 0,
    said: store.name,
    ...(gaps === 0
      ? {}
      : {
          todo: `${count(state?.lost ?? 0)} events are lost in ${gaps} gaps; /healthz lists them.`,
        }),
  }
}

const sinkStates = ({ edge }: House): State[] =>
  (edge.store.state?.().sinks ?? []).map(({ name, trouble, waiting, dropped }) =>
    trouble === undefined
      ? { name: 'Sink', isWell: true, said: name }
      : {
          name: 'Sink',
          isWell: false,
          said: trouble.message,
          todo: `${count(waiting)} events wait for it, ${count(dropped)} are dropped. Visitors do not wait; the edge tries again by itself.`,
        }
  )

const rulesState = (house: House): State => {
  const { edge, reloadProblem, side } = house
  const problem = reloadProblem()
  const { enabled, total } = side.health().rules
  const said = html`${enabled} of ${total} on, from <code>${edge.ruleset.files.join(', ') || 'the program'}</code>`
  return problem === undefined
    ? { name: 'Rules', isWell: true, said }
    : {
        name: 'Rules',
        isWell: false,
        said: html`The last reload failed; the previous rules are still in force<pre tabindex="0">${problem}</pre>`,
        todo: 'Correct the file: the edge reads it again when it changes.',
      }
}

const warningStates = ({ edge }: House): State[] =>
  edge.warnings.map((warning) => ({
    name: 'Rule',
    isWell: false,
    said: warning,
    todo: html`<code>edge1020 doctor</code> lists the available data.`,
  }))

const dataStates = ({ facts }: House): State[] =>
  facts().map(({ role, name, text, warning }) => ({
    name: DATA_ROLES[role] ?? role,
    isWell: warning === undefined,
    said: text ?? name,
    ...(warning === undefined ? {} : { todo: warning }),
  }))

const states = (house: House): Html => {
  const all = [
    rulesState(house),
    storeState(house),
    ...sinkStates(house),
    ...warningStates(house),
    ...dataStates(house),
  ].sort((x, y) => Number(x.isWell) - Number(y.isWell))
  return html`<section class="card" id="state"><h2>State</h2><ul class="states">${all.map(
    ({ name, isWell, said, todo }) =>
      html`<li class="${isWell ? 'well' : 'ill'}">${icon(isWell ? 'check' : 'warn')}<div><b>${name}</b> <span>${said}</span>${todo !== undefined && html`<p>${todo}</p>`}</div></li>`
  )}</ul></section>`
}

/** The first page: the state of the edge, its refusals, and the open problems. */
export const overviewPage = async (house: House, { query }: RouteRequest): Promise<Html> => {
  const look = readLook(query, house.now())
  const counting = house.counts.begin(BUDGET_MS)
  const [series, newest, tops] = await Promise.all([
    counting.series(seriesOf(look)),
    counting.page({ ...look.selection, limit: NEWEST }),
    askTops(TOP_NAMES, counting, look),
  ])
  const isCounting = [series, newest, ...Object.values(tops)].some(
    ({ state }) => state === 'counting'
  )
  const { judged, blocked } = house.judged()
  const uptime = span((house.now() - house.side.startMs) / MS_PER_SECOND)
  const made = house.demoStats === undefined ? '' : ', including made-up requests'
  const points = series.state === 'ready' ? series.value : []
  const total = points.reduce((sum, point) => sum + point.count, 0)
  const inTime = (isWanted: (action: string) => boolean) =>
    points.reduce((sum, { value, count: n }) => sum + (isWanted(String(value)) ? n : 0), 0)
  const shown = (value: number): Part =>
    series.state === 'ready'
      ? count(value)
      : series.state === 'failed'
        ? '–'
        : html`<span class="counting">…</span>`
  const challenged = inTime((action) => action.endsWith('challenge'))
  const blocks = inTime((action) => action === 'block')
  const tiles = html`<dl class="tiles" id="tiles">${tile('Judged', count(judged), `since the start ${uptime} ago${made}`)}${tile('Refused', share(blocked, judged), `${count(blocked)} requests since the start`)}${tile('Blocked', shown(blocks), 'in the time shown')}${tile('Challenged', shown(challenged), 'in the time shown')}${tile('Logged or let through', shown(total - blocks - challenged), 'in the time shown')}</dl>`
  const url = house.visitorUrl?.()
  const firstSteps = html`<div class="empty"><h2>Nothing was stopped in this time</h2><p>An event appears here as soon as a rule matches a request.</p>${url !== undefined && html`<pre tabindex="0">curl -i ${url}/</pre>`}</div>`
  const main = html`${
    house.demoStats !== undefined &&
    html`<p class="banner">The visitors of this edge are made up: personas request pages of the demo site. Start it without <code>--demo-traffic</code> to see only real visitors.</p>`
  }${tiles}
<section class="card" id="chart" aria-label="Events over time">${lookChart('/events', look, series, true)}</section>
<div class="tops wide" id="tops">${TOP_NAMES.map((name) => topList(name, look, tops[name]))}</div>
<section class="card table" id="list"><h2>Newest events <a class="quiet" href="${hrefOf('/events', givenBy(look))}">All events</a></h2>${newest.state !== 'ready' ? noList(newest) : newest.value.events.length === 0 ? firstSteps : eventTable(newest.value.events, 'The newest events')}</section>
${states(house)}`
  return frame(house, {
    title: 'Overview',
    section: 'overview',
    isCounting,
    tools: html`<button class="toggle" id="live" type="button" aria-pressed="false" hidden>Live</button>${spanPicker(PATH, look)}`,
    main,
  })
}
