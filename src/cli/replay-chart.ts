import type { ReplayReport } from '../replay/report.ts'
import { longerStretch } from '../replay/timeline.ts'
import { number } from './counted.ts'
import { markup } from './markup.ts'

const MOST_SLOTS = 96
const HEIGHT = 40
/** Minimum height of a bar, so that counts above zero are visible. */
const LEAST_HEIGHT = 0.6
const MS_PER_SECOND = 1_000

type Bucket = ReplayReport['timeline']['buckets'][number]
export type Series = 'requests' | 'refused' | 'newlyRefused' | 'newlyPassed'

/** Intervals of equal length, including intervals without requests. */
export interface Slots {
  readonly startMs: number
  readonly slotMs: number
  readonly slots: readonly Readonly<Record<Series, number>>[]
}

const NONE = { requests: 0, refused: 0, newlyRefused: 0, newlyPassed: 0 }

const added = (a: Readonly<Record<Series, number>>, b: Bucket): Record<Series, number> => ({
  requests: a.requests + b.requests,
  refused: a.refused + b.refused,
  newlyRefused: a.newlyRefused + b.newlyRefused,
  newlyPassed: a.newlyPassed + b.newlyPassed,
})

/** Merges the intervals of a report until at most `MOST_SLOTS` are left. */
export const slotsOf = ({ bucketSeconds, buckets }: ReplayReport['timeline']): Slots => {
  const times = buckets.map(({ time }) => Date.parse(time))
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  let slotMs = bucketSeconds * MS_PER_SECOND
  while (last / slotMs - Math.floor(first / slotMs) >= MOST_SLOTS) slotMs = longerStretch(slotMs)
  const startMs = Math.floor(first / slotMs) * slotMs
  const slots = Array.from(
    { length: buckets.length === 0 ? 0 : Math.floor((last - startMs) / slotMs) + 1 },
    () => NONE as Record<Series, number>
  )
  buckets.forEach((bucket, i) => {
    const slot = Math.floor((times[i]! - startMs) / slotMs)
    slots[slot] = added(slots[slot]!, bucket)
  })
  return { startMs, slotMs, slots }
}

const time = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')

const duration = (ms: number): string => {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 60) return minutes === 1 ? 'a minute' : `${minutes} minutes`
  const hours = minutes / 60
  if (hours < 24) return hours === 1 ? 'an hour' : `${hours} hours`
  return hours === 24 ? 'a day' : `${hours / 24} days`
}

/** Returns a bar chart of one series with its scale. The SVG has no text, because a narrow screen would shrink it. */
export const timeChart = (
  label: string,
  series: Series,
  { startMs, slotMs, slots }: Slots
): string => {
  const most = Math.max(...slots.map((slot) => slot[series]))
  if (slots.length < 2 || most === 0) return ''
  const bars = slots.flatMap((slot, i) => {
    const count = slot[series]
    if (count === 0) return []
    const height = Math.max(LEAST_HEIGHT, (count / most) * HEIGHT)
    const y = Number((HEIGHT - height).toFixed(2))
    return `<rect x="${i + 0.1}" y="${y}" width="0.8" height="${Number(height.toFixed(2))}"><title>${time(startMs + i * slotMs)}: ${number(count)}</title></rect>`
  })
  const end = startMs + slots.length * slotMs
  return markup`<figure class="time ${series}">
<figcaption>${label} <span>up to ${number(most)} in ${duration(slotMs)}</span></figcaption>
<svg viewBox="0 0 ${slots.length} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label} over time, up to ${number(most)} in ${duration(slotMs)}">${{ html: bars.join('') }}</svg>
<div class="span"><span>${time(startMs)}</span><span>${time(end)} UTC</span></div>
</figure>
`
}

const BAR = 100

/** Returns a bar for a share from 0 to 1. It stands beside the same share as a number. */
export const shareBar = (share: number): string => {
  const width = Number((Math.min(1, Math.max(0, share)) * BAR).toFixed(2))
  return `<svg class="bar" viewBox="0 0 ${BAR} 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="4"/></svg>`
}
