import type { Action } from '../actions.ts'
import { actionNames } from '../actions.ts'
import type { Bars } from './buckets.ts'
import { niceMost } from './buckets.ts'
import { count, exact } from './format.ts'
import { type Html, html } from './html.ts'
import { ACTION_NAMES } from './words.ts'

/** From the bottom of a bar to its top: refusals first. */
export const ACTION_ORDER: readonly Action[] = [
  'block',
  'challenge',
  'js_challenge',
  'managed_challenge',
  'log',
  'skip',
  'allow',
]

export const actionOrder: readonly string[] = [
  ...ACTION_ORDER,
  ...actionNames.filter((name) => !ACTION_ORDER.includes(name)),
]

const HEIGHT = 100
/** The bar's share of its slot; the rest is the gap. */
const BAR_WIDTH = 0.74
const TICKS = 6

const rounded = (value: number) => Number(value.toFixed(2))

/** All bars of one kind are one path, so a page with seventy bars stays small. */
const pathOf = ({ bars }: Bars, kind: number, most: number): string =>
  bars
    .flatMap(({ counts }, i) => {
      const height = (counts[kind]! / most) * HEIGHT
      if (height === 0) return []
      const below = counts.slice(0, kind).reduce((sum, one) => sum + one, 0)
      const x = rounded(i + (1 - BAR_WIDTH) / 2)
      const y = rounded(HEIGHT - (below / most) * HEIGHT)
      return [`M${x} ${y}v-${rounded(height)}h${BAR_WIDTH}v${rounded(height)}z`]
    })
    .join('')

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' })

/** Includes the day if the chart covers several days, and seconds if the buckets are short. */
const tickText = (ms: number, lengthMs: number, bucketMs: number): string => {
  const iso = new Date(ms).toISOString()
  const time = bucketMs < MINUTE_MS ? iso.slice(11, 19) : iso.slice(11, 16)
  if (lengthMs <= DAY_MS) return time
  const day = DAY.format(ms)
  return bucketMs >= DAY_MS ? day : `${day} ${time}`
}

const spanText = (startMs: number, bucketMs: number): string => {
  const [start, end] = [startMs, startMs + bucketMs].map((ms) => new Date(ms).toISOString())
  const to = start!.slice(0, 10) === end!.slice(0, 10) ? end!.slice(11, 19) : end!.slice(0, 19)
  return `${start!.slice(0, 19).replace('T', ' ')} – ${to.replace('T', ' ')}`
}

export interface ChartOptions {
  readonly bars: Bars
  /** The link of a period; absent for no links. */
  readonly href?: (fromMs: number, toMs: number) => string
  readonly isTall?: boolean
}

/**
 * Events over time, stacked by action. The chart is complete without the page's script, which adds hovering and zooming
 * by dragging. Each bar links to its period.
 */
export const chart = ({ bars, href, isTall = false }: ChartOptions): Html => {
  const { kinds, bucketMs, totals } = bars
  const most = niceMost(bars.most)
  const width = bars.bars.length
  const lengthMs = width * bucketMs
  const startMs = bars.bars[0]!.startMs
  const total = totals.reduce((sum, one) => sum + one, 0)
  const summary = `${exact(total)} events: ${kinds.map((kind, i) => `${ACTION_NAMES[kind] ?? kind} ${exact(totals[i]!)}`).join(', ')}`
  const paths = kinds.map(
    (kind, i) => html`<path class="fill-${kind}" d="${pathOf(bars, i, most)}"/>`
  )
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) =>
    tickText(startMs + Math.round((width * i) / TICKS) * bucketMs, lengthMs, bucketMs)
  )
  const links =
    href === undefined
      ? []
      : bars.bars.map(
          ({ startMs: from, counts }, i) =>
            counts.some((one) => one > 0) &&
            html`<a tabindex="-1" href="${href(from, from + bucketMs)}"><rect x="${i}" width="1" height="${HEIGHT}"/></a>`
        )
  const rows = bars.bars.map(
    ({ startMs: from, counts }) =>
      html`<tr><th scope="row">${spanText(from, bucketMs)}</th>${counts.map((one) => html`<td>${exact(one)}</td>`)}</tr>`
  )
  const zoom =
    href === undefined
      ? undefined
      : html` data-from="${startMs}" data-bucket="${bucketMs}" data-zoom="${href(0, 1)}"`
  return html`<figure class="chart${isTall ? ' tall' : ''}"${zoom}>
<div class="plot"><ol class="y" aria-hidden="true"><li>${count(most)}</li><li>${count(most / 2)}</li><li>0</li></ol>
<svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${summary}"><path class="grid" d="M0 0H${width}M0 ${HEIGHT / 2}H${width}M0 ${HEIGHT}H${width}"/>${paths}</svg><svg class="hits" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${links}</svg>${total === 0 && html`<p class="none">No events in this time</p>`}</div>
<ol class="x" aria-hidden="true">${ticks.map((tick) => html`<li>${tick}</li>`)}</ol>
<details class="numbers"><summary>Show as a table</summary><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Time, UTC</th>${kinds.map((kind) => html`<th scope="col" data-kind="${kind}">${ACTION_NAMES[kind] ?? kind}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></details>
</figure>`
}

/** A placeholder with the size of a chart, which keeps the layout stable when the chart arrives. */
export const chartPlace = (isTall: boolean, inside: Html): Html =>
  html`<div class="chart place${isTall ? ' tall' : ''}">${inside}</div>`
