import type { RouteRequest } from '../../admin/request.ts'
import type { EventPage } from '../../events/query.ts'
import { barsOf, bucketSeconds } from '../buckets.ts'
import { actionOrder, chart, chartPlace } from '../chart.ts'
import type { Counted } from '../counts.ts'
import { eventTable } from '../event-rows.ts'
import { filterBar, spanPicker } from '../filters.ts'
import { count, exact } from '../format.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html } from '../html.ts'
import { icon } from '../icons.ts'
import type { Look } from '../look.ts'
import { givenBy, hrefOf, readLook } from '../look.ts'
import { askTops, type TopName, topList } from '../tops.ts'
import { ACTION_NAMES } from '../words.ts'

const PATH = '/events'
const PAGE_ROWS = 50
/** The page waits this long for counts of a large store. The next view gets the rest. */
export const BUDGET_MS = 180
const SIDE_TOPS = ['rule', 'country', 'network', 'ip', 'path', 'userAgent', 'host'] as const

/** The chart of a look with its legend, or its placeholder. */
export const lookChart = (
  path: string,
  look: Look,
  counted: Awaited<ReturnType<ReturnType<House['counts']['begin']>['series']>>,
  isTall = false
): Html => {
  if (counted.state === 'failed') {
    return chartPlace(isTall, html`<p class="faint">${counted.message}</p>`)
  }
  if (counted.state === 'counting') {
    return chartPlace(isTall, html`<p class="counting">Counting</p>`)
  }
  const seconds = bucketSeconds(look.fromMs, look.toMs)
  const bars = barsOf(counted.value, {
    fromMs: look.fromMs,
    toMs: look.toMs,
    seconds,
    order: actionOrder,
  })
  const { where, text } = look
  const legend = bars.kinds.map(
    (kind, i) =>
      html`<li><span class="key fill-${kind}"></span>${ACTION_NAMES[kind] ?? kind} <b>${count(bars.totals[i]!)}</b></li>`
  )
  return html`<ul class="legend">${legend}</ul>${chart({
    bars,
    isTall,
    href: (from, to) => hrefOf(path, { where, text, from, to }),
  })}`
}

/** The query for the chart of a look. */
export const seriesOf = (look: Look) => ({
  ...look.selection,
  bucketSeconds: bucketSeconds(look.fromMs, look.toMs),
  by: 'action',
})

const nothing = (look: Look): Html => {
  const isFiltered = look.where.length > 0 || look.text !== undefined
  const all = hrefOf(PATH, { since: '30d' })
  return isFiltered
    ? html`<div class="empty"><h2>No event matches all filters</h2><p>Remove a filter, or choose a longer time.</p><p><a class="button" href="${hrefOf(PATH, { where: look.where, text: look.text, since: '30d' })}">The last 30 days</a></p></div>`
    : html`<div class="empty"><h2>No events in this time</h2><p>An event is a request that a rule matched. Requests that no rule matches pass without one.</p><p><a class="button" href="${all}">The last 30 days</a></p></div>`
}

const exports = (look: Look): Html => {
  const given = givenBy(look)
  return html`<details class="menu"><summary>${icon('download')} Export</summary><ul>${(
    ['csv', 'ndjson'] as const
  ).map(
    (format) =>
      html`<li><a href="${hrefOf('/events/export', given, { format })}" download>${format.toUpperCase()}</a></li>`
  )}</ul></details>`
}

const list = (look: Look, { events, next }: EventPage, isFirst: boolean): Html => {
  const given = givenBy(look)
  const newest = !isFirst && html`<a href="${hrefOf(PATH, given)}">Newest</a>`
  const older =
    next !== undefined &&
    html`<a rel="next" href="${hrefOf(PATH, given, { cursor: next })}">Older ${icon('arrow')}</a>`
  return html`${events.length === 0 ? nothing(look) : eventTable(events, 'Events, newest first')}${(newest || older) && html`<nav class="pager" aria-label="Pages">${newest}${older}</nav>`}`
}

/** Shows a placeholder for events, or the reason why they are missing. */
export const noList = (page: Exclude<Counted<EventPage>, { state: 'ready' }>): Html =>
  page.state === 'failed'
    ? html`<div class="empty"><h2>The event store does not answer</h2><p>${page.message}</p></div>`
    : html`<div class="empty"><p class="counting">Looking</p></div>`

/** Shows events: over time, by frequent values, and as a list. */
export const eventsPage = async (house: House, { query }: RouteRequest): Promise<Html> => {
  const look = readLook(query, house.now())
  const cursor = query.get('cursor') || undefined
  const counting = house.counts.begin(BUDGET_MS)
  const asked: readonly TopName[] = SIDE_TOPS
  const [page, series, tops] = await Promise.all([
    counting.page({
      ...look.selection,
      limit: PAGE_ROWS,
      ...(cursor === undefined ? {} : { cursor }),
    }),
    counting.series(seriesOf(look)),
    askTops(asked, counting, look),
  ])
  const total =
    series.state === 'ready' ? series.value.reduce((sum, point) => sum + point.count, 0) : undefined
  const isCounting = [series, page, ...Object.values(tops)].some(
    ({ state }) => state === 'counting'
  )
  const isFirst = cursor === undefined
  const main = html`${filterBar(PATH, look)}
<section class="card" id="chart" aria-label="Events over time">${lookChart(PATH, look, series)}</section>
<div class="split"><div class="tops" id="tops"${total === 0 && html` hidden`}>${SIDE_TOPS.map((name) => topList(name, look, tops[name]!))}</div>
<section class="card table" id="list" aria-label="Events">${page.state === 'ready' ? list(look, page.value, isFirst) : noList(page)}</section></div>`
  return frame(house, {
    title: 'Events',
    section: 'events',
    isCounting,
    note:
      total === undefined
        ? undefined
        : html`<span id="total">${exact(total)} ${total === 1 ? 'event' : 'events'}</span>`,
    tools: html`${!look.hasEnd && isFirst && html`<button class="toggle" id="live" type="button" aria-pressed="false" hidden>Live</button>`}${spanPicker(PATH, look)}${exports(look)}`,
    main,
  })
}
